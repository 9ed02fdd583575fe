import type { Place } from './problem.ts';
import type { Type } from './types.ts';

/** The tree of an expression. The checker writes `type` into each node; the evaluator reads it. */
export type Node =
  | NilNode
  | BoolNode
  | IntegerNode
  | FloatNode
  | StringNode
  | IdentifierNode
  | UnaryNode
  | BinaryNode
  | ChainNode
  | MemberNode
  | SliceNode
  | CallNode
  | BuiltinNode
  | PredicateNode
  | PointerNode
  | LetNode
  | SequenceNode
  | ConditionalNode
  | ArrayNode
  | MapNode;

interface Base {
  type?: Type;
  /** The word that tells most about it: the operator, the name of a member or a function. */
  place?: Place;
}

export interface NilNode extends Base {
  readonly kind: 'nil';
}
export interface BoolNode extends Base {
  readonly kind: 'bool';
  readonly value: boolean;
}
export interface IntegerNode extends Base {
  readonly kind: 'integer';
  readonly value: bigint;
  /** Passed to a function that takes a float: evaluated as one. */
  asFloat?: boolean;
}
export interface FloatNode extends Base {
  readonly kind: 'float';
  readonly value: number;
}
export interface StringNode extends Base {
  readonly kind: 'string';
  readonly value: string;
}
export interface IdentifierNode extends Base {
  readonly kind: 'identifier';
  readonly name: string;
}
export interface UnaryNode extends Base {
  readonly kind: 'unary';
  readonly operator: string;
  /** What it is whatever the values are, as the checker found; undefined when it depends on them. */
  settled?: boolean | bigint | string;
  readonly operand: Node;
}
export interface BinaryNode extends Base {
  readonly kind: 'binary';
  readonly operator: string;
  /** What it is whatever the values are, as the checker found; undefined when it depends on them. */
  settled?: boolean | bigint | string;
  readonly left: Node;
  readonly right: Node;
}
/** The reach of `?.`: when what stands before it is nil, all of this is nil. */
export interface ChainNode extends Base {
  readonly kind: 'chain';
  readonly node: Node;
}
export interface MemberNode extends Base {
  readonly kind: 'member';
  readonly base: Node;
  readonly property: Node;
  readonly optional: boolean;
  /** It is called: `base.property(…)`. */
  readonly method: boolean;
}
export interface SliceNode extends Base {
  readonly kind: 'slice';
  readonly base: Node;
  readonly from?: Node;
  readonly to?: Node;
}
export interface CallNode extends Base {
  readonly kind: 'call';
  readonly callee: Node;
  readonly args: readonly Node[];
}
export interface BuiltinNode extends Base {
  readonly kind: 'builtin';
  readonly name: string;
  readonly args: readonly Node[];
}
/** What is evaluated for each element: `{# > 1}`. */
export interface PredicateNode extends Base {
  readonly kind: 'predicate';
  readonly body: Node;
}
/** `#`, `#index`, `#acc`. */
export interface PointerNode extends Base {
  readonly kind: 'pointer';
  readonly name: string;
}
export interface LetNode extends Base {
  readonly kind: 'let';
  readonly name: string;
  readonly value: Node;
  readonly body: Node;
}
export interface SequenceNode extends Base {
  readonly kind: 'sequence';
  readonly nodes: readonly Node[];
}
export interface ConditionalNode extends Base {
  readonly kind: 'conditional';
  readonly condition: Node;
  readonly then: Node;
  readonly otherwise: Node;
}
export interface ArrayNode extends Base {
  readonly kind: 'array';
  readonly elements: readonly Node[];
}
export interface MapNode extends Base {
  readonly kind: 'map';
  readonly pairs: readonly { readonly key: Node; readonly value: Node }[];
}
