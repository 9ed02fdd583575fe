// Tests run in process and need no transform step of their own: swc strips the types, and turns
// the few ES-module-only dependencies into what jest can load.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/real/', '<rootDir>/test/thorough/'],
  extensionsToTreatAsEsm: [],
  transform: {
    '\\.[mc]?[jt]s$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@marcbachmann/cel-js|typebox|commander|@kubernetes/client-node|openid-client|oauth4webapi|jose|rfc4648|socks-proxy-agent|agent-base|jsonpath-plus|jsep|@jsep-plugin|@lezer|@prometheus-io)/)',
  ],
  testTimeout: 60_000, // only to end a test that hangs: a busy machine is slow
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
};
