/** The release of Kubernetes whose behaviour the sandbox follows, which its server and its nodes say they are. */
export const kubernetesMinor = '1.34';

export const kubernetesVersion = `v${kubernetesMinor}.0`;
