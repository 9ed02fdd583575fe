/** A node of the library's, which takes another way to be evaluated. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly left: Node;
  readonly meta: { readonly evaluate: Evaluate };
  setMeta(name: 'evaluate', evaluate: Evaluate): unknown;
}

interface Evaluator {
  tryEval(node: Node, context: unknown): unknown;
}

type Evaluate = (evaluator: Evaluator, node: Node, context: unknown) => unknown;

/** Where both sides of `||` or `&&` fail, the left one is told: the library tells the right one. */
export function withFirstFaults(ast: unknown): void {
  if (Array.isArray(ast)) {
    for (const part of ast) withFirstFaults(part);
    return;
  }
  if (!isNode(ast)) return;
  if (ast.op === '||' || ast.op === '&&') {
    const { evaluate } = ast.meta;
    ast.setMeta('evaluate', (evaluator, node, context) => {
      try {
        return evaluate(evaluator, node, context);
      } catch (error) {
        const left = evaluator.tryEval(node.left, context);
        throw left instanceof Error ? left : error;
      }
    });
  }
  withFirstFaults(ast.args);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
