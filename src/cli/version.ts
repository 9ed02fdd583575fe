import pkg from '../../package.json' with { type: 'json' };

/** Of the package, without the `v`. */
export const version: string = pkg.version;

/** The build script puts the commit in; empty when run from the sources. */
declare const SLUICE_COMMIT: string | undefined;
export const commit: string = typeof SLUICE_COMMIT === 'string' ? SLUICE_COMMIT : '';
