import base from './jest.config.mjs';

// What takes minutes and needs nothing: CI runs it beside `npm test`, people before they change what is decided.
export default {
  ...base,
  testMatch: ['<rootDir>/test/thorough/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
};
