import base from './jest.config.mjs';

// The tier that needs real parts: a control plane (KUBEBUILDER_ASSETS), a Prometheus, a Chromium, an AWS emulator
// (test/real/requirements.txt). It names what it lacks and fails.
export default {
  ...base,
  testMatch: ['<rootDir>/test/real/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
};
