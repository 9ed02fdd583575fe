import { isObject, type MutableJson } from '../../json.ts';
import { labelName } from '../../metadata.ts';
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '../../status.ts';
import { objectsIn } from './defaults.ts';

/** What a volume may be, in the order in which the API server looks. */
const sorts = [
  ...[
    'emptyDir',
    'hostPath',
    'gitRepo',
    'gcePersistentDisk',
    'awsElasticBlockStore',
    'secret',
    'nfs',
    'iscsi',
  ],
  ...[
    'glusterfs',
    'flocker',
    'persistentVolumeClaim',
    'rbd',
    'cinder',
    'cephfs',
    'quobyte',
    'downwardAPI',
    'fc',
  ],
  ...['flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume'],
  ...['azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image'],
];

/** The member that says which one is meant. */
const namedBy: Readonly<Record<string, string>> = {
  hostPath: 'path',
  secret: 'secretName',
  configMap: 'name',
  persistentVolumeClaim: 'claimName',
  csi: 'driver',
};

/** What is wrong with the volumes of a pod. */
export function validateVolumes(volumes: unknown, path: string): readonly FieldError[] {
  const names = new Set<string>();
  return objectsIn(volumes).flatMap((volume, index) => {
    const field = `${path}[${index}]`;
    return [...validateSort(volume, field), ...validateName(volume.name, `${field}.name`, names)];
  });
}

function validateSort(volume: MutableJson, path: string): readonly FieldError[] {
  const [sort, ...others] = sorts.filter((name) => volume[name] !== undefined);
  const source = sort === undefined ? undefined : volume[sort];
  const key = namedBy[sort ?? ''];
  const isNameless = key !== undefined && isObject(source) && (source[key] ?? '') === '';
  return [
    ...(isNameless ? [required(`${path}.${sort}.${key}`)] : []),
    ...others.map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 volume type')),
  ];
}

function validateName(name: unknown, field: string, seen: Set<string>): readonly FieldError[] {
  if (typeof name !== 'string' || name === '') return [required(field)];
  const problem = labelName(name);
  if (problem !== undefined) return [invalidValue(field, name, problem)];
  if (seen.has(name)) return [duplicate(field, name)];
  seen.add(name);
  return [];
}
