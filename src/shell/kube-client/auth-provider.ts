import type { KubeConfig } from '@kubernetes/client-node';
import { SluiceError } from '../../kernel/errors.ts';

/** What took the place of those that kubectl 1.26 removed. */
const successors: Readonly<Record<string, string>> = {
  azure: 'kubelogin (az aks get-credentials, then kubelogin convert-kubeconfig)',
  gcp: 'gke-gcloud-auth-plugin (gcloud container clusters get-credentials)',
};

interface AuthProvider {
  readonly name?: string;
}

/**
 * Refuses the `auth-provider` of the current user unless it is `oidc`, the only one that kubectl still knows; client-node would run
 * others, or go on as nobody. Returns what makes of an oidc user without a valid token an error rather than nobody.
 * Throws KUBECONFIG_INVALID.
 */
export function authProviderCheck(config: KubeConfig): (isIdentified: boolean) => void {
  const user = config.getCurrentUser();
  const provider: AuthProvider | undefined = user?.authProvider;
  if (user === null || provider === undefined || provider === null) return () => {};
  const field = `users[${user.name}].user.auth-provider`;
  if (provider.name !== 'oidc') {
    const successor = successors[provider.name ?? ''] ?? 'a credential plugin of your provider';
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `${field}.name "${provider.name}" is not supported, nor is it by kubectl; use users[${user.name}].user.exec with ${successor}.`,
      { user: user.name },
    );
  }
  return (isIdentified) => {
    if (isIdentified) return;
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `${field} has no id-token that is valid now; let kubectl renew it, or use users[${user.name}].user.exec with a credential plugin such as kubelogin.`,
      { user: user.name },
    );
  };
}
