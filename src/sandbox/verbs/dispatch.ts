import type { Engine } from '../engine.ts';
import { inFormat } from '../media.ts';
import { type ApiResponse, json, type Target } from '../request.ts';
import { methodNotSupported, warning } from '../status.ts';
import { render } from '../tables/render.ts';
import { writeOptionsOf } from './options.ts';
import { patchObject } from './patch.ts';
import { getObject, listObjects } from './read.ts';
import { deleteCollection, deleteObject } from './remove.ts';
import { serveSubresource } from './subresources.ts';
import { watchObjects } from './watch.ts';
import { createObject, replaceObject, type Written } from './write.ts';

/** Carries out a request for a resource. Synchronous: between two requests nothing is half done. */
export function dispatch(engine: Engine, target: Target): ApiResponse {
  const { deprecationWarning } = target.resource;
  const response =
    deprecationWarning === undefined
      ? carryOut(engine, target)
      : withWarning(deprecationWarning, () => carryOut(engine, target));
  return response.stream === undefined ? inFormat(response, target.rendering) : response;
}

/** Adds a warning to whatever the answer is. */
function withWarning(text: string, answer: () => ApiResponse): ApiResponse {
  const response = warning([text], answer);
  return { ...response, warnings: [text, ...(response.warnings ?? [])] };
}

function carryOut(engine: Engine, target: Target): ApiResponse {
  const special = serveSubresource(engine, target);
  if (special !== undefined) return special;
  const { resource, verb, subresource, name, namespace } = target;
  if (subresource === undefined && !resource.verbs.includes(verb)) throw methodNotSupported();
  const isWrite = verb !== 'get' && verb !== 'list' && verb !== 'watch';
  if (isWrite && resource.namespaced && namespace === undefined) throw methodNotSupported();
  const answer = (written: Written) => {
    const body = render(written.object, target, engine.clock.now());
    return json(body, written.created ? 201 : 200, written.warnings);
  };
  switch (verb) {
    case 'get':
      return getObject(engine, target);
    case 'list':
      return listObjects(engine, target);
    case 'watch':
      return watchObjects(engine, target);
    case 'create':
      if (name !== undefined) throw methodNotSupported();
      return answer(createObject(engine, target, writeOptionsOf(target)));
    case 'update':
      if (name === undefined) throw methodNotSupported();
      return answer(replaceObject(engine, target, writeOptionsOf(target)));
    case 'patch':
      if (name === undefined) throw methodNotSupported();
      return answer(patchObject(engine, target, writeOptionsOf(target)));
    case 'delete':
      return deleteObject(engine, target);
    case 'deletecollection':
      return deleteCollection(engine, target);
  }
}
