import { ok, patchType, refusal, type World, widget, widgetCrd, widgets, world } from './support.ts';

const prefix = '422 Widget.example.com "w" is invalid: ';
/** Said by the server beside faults that keep it from evaluating rules. */
const unchecked =
  ', <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]';

function withWidgets(): World {
  const w = world();
  w.server.installCrd(widgetCrd());
  return w;
}

test.each([
  [{ size: undefined }, `[spec.size: Required value${unchecked}`],
  [{ size: 'huge' }, `[spec.size: Unsupported value: "huge": supported values: "small", "large"${unchecked}`],
  [{ code: 'abcdef' }, `[spec.code: Too long: may not be more than 5 bytes${unchecked}`],
  [
    { replicas: 11 },
    'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
  ],
  [{ code: 'a' }, 'spec.code: Invalid value: "a": spec.code in body should be at least 2 chars long'],
  [{ code: 'AB' }, `spec.code: Invalid value: "AB": spec.code in body should match '^[a-z]+$'`],
  [{ tags: ['a', 'a'] }, 'spec.tags[1]: Duplicate value: "a"'],
  [{ parts: [{ name: 'a' }, { name: 'a' }] }, 'spec.parts[1]: Duplicate value: {"name":"a"}'],
])('%j is refused in the words of the API server', async (spec, expected) => {
  const response = await withWidgets().send('POST', widgets, widget('w', spec));
  expect(refusal(response)).toBe(prefix + expected);
});

test('a wrong type names the field, what it must be and what it is', async () => {
  const response = await withWidgets().send('POST', widgets, widget('w', { replicas: 'two' }));
  expect(response.body).toMatchObject({
    details: {
      causes: expect.arrayContaining([
        {
          reason: 'FieldValueTypeInvalid',
          field: 'spec.replicas',
          message: 'Invalid value: "string": spec.replicas in body must be of type integer: "string"',
        },
      ]),
    },
  });
});

test('defaults are filled in, also in the items of lists', async () => {
  const stored = ok(await withWidgets().send('POST', widgets, widget('w', { parts: [{ name: 'a' }] })));
  expect(stored.spec).toEqual({ size: 'small', replicas: 1, parts: [{ name: 'a', weight: 5 }] });
});

test.each([
  ['Strict', 400, []],
  ['Warn', 201, ['unknown field "spec.parts[0].other"', 'unknown field "spec.unknown"']],
  ['Ignore', 201, []],
])('unknown members under %s: status %d, warnings %j', async (fieldValidation, status, warnings) => {
  const body = widget('w', { unknown: 1, parts: [{ name: 'a', other: 1 }], free: { any: { thing: 1 } } });
  const response = await withWidgets().send('POST', widgets, body, { query: { fieldValidation } });
  expect(response.status).toBe(status);
  expect((response as { warnings?: string[] }).warnings ?? []).toEqual(warnings);
  if (status === 201) {
    expect(ok(response).spec).toEqual({
      size: 'small',
      replicas: 1,
      parts: [{ name: 'a', weight: 5 }],
      free: { any: { thing: 1 } },
    });
  }
});

test('a null counts as absent unless it is allowed', async () => {
  const stored = ok(
    await withWidgets().send('POST', widgets, widget('w', { code: null, owner: null, replicas: null })),
  );
  expect(stored.spec).toEqual({ size: 'small', replicas: 1, owner: null });
});

test('int-or-string takes both and nothing else', async () => {
  const w = withWidgets();
  expect((await w.send('POST', widgets, widget('one', { port: 80 }))).status).toBe(201);
  expect((await w.send('POST', widgets, widget('two', { port: 'http' }))).status).toBe(201);
  expect((await w.send('POST', widgets, widget('w', { port: 1.5 }))).status).toBe(422);
});

test('a rule that compares with the old value holds from the second write on', async () => {
  const w = withWidgets();
  ok(await w.send('POST', widgets, widget('w', { fixed: 'a' })));
  const merge = patchType('merge-patch');
  expect((await w.send('PATCH', `${widgets}/w`, { spec: { size: 'large' } }, merge)).status).toBe(200);
  expect(refusal(await w.send('PATCH', `${widgets}/w`, { spec: { fixed: 'b' } }, merge))).toBe(
    `${prefix}spec.fixed: Invalid value: "string": fixed is immutable`,
  );
});

test('rules compute over whole numbers, lists and what is absent', async () => {
  const w = world();
  const rules = [
    { rule: 'self.minimum <= self.maximum' },
    { rule: '!has(self.names) || self.names.all(n, n.startsWith("x-"))', message: 'names start with x-' },
  ];
  const integer = { type: 'integer' };
  const properties = {
    minimum: integer,
    maximum: integer,
    names: { type: 'array', items: { type: 'string' } },
  };
  const spec = { type: 'object', properties, 'x-kubernetes-validations': rules };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  w.server.installCrd(widgetCrd({ versions: [{ name: 'v1', served: true, storage: true, schema }] }));
  const send = (body: object) => w.send('POST', widgets, { ...widget('w'), spec: body });
  expect(refusal(await send({ minimum: 3, maximum: 2 }))).toContain(
    'failed rule: self.minimum <= self.maximum',
  );
  expect(refusal(await send({ minimum: 1, maximum: 2, names: ['y'] }))).toContain('names start with x-');
  expect((await send({ minimum: 1, maximum: 2, names: ['x-y'] })).status).toBe(201);
});

const definitionWith = (rule: string) => {
  const spec = { type: 'object', 'x-kubernetes-validations': [{ rule }] };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return widgetCrd({ versions: [{ name: 'v1', served: true, storage: true, schema }] });
};
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

test('a definition with rules that cannot be evaluated is answered with a warning', async () => {
  const response = await world().send(
    'POST',
    definitions,
    definitionWith('optional.of(1) == optional.of(1)'),
  );
  expect(response).toMatchObject({
    status: 201,
    warnings: [expect.stringContaining('does not evaluate 1 of')],
  });
});

test('a definition whose rule calls what no cluster has is refused', async () => {
  const response = await world().send('POST', definitions, definitionWith('self.isPoem()'));
  expect(refusal(response)).toContain("ERROR: <input>:1:12: undeclared reference to 'isPoem'");
});
