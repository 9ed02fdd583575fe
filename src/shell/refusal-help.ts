import { isApiError } from '../ports/cluster.ts';

/** What whoever installed us can do about an answer of the API server; nothing for errors that pass. */
export function refusalHelp(error: unknown): { readonly help?: string } {
  if (isApiError(error, 401)) {
    return {
      help: 'The API server does not take this identity: look at the kubeconfig, or at the token of the ServiceAccount.',
    };
  }
  if (!isApiError(error, 403)) return {};
  return /at the cluster scope/.test(error.message)
    ? {
        help: 'Bind the ClusterRole of the installation to this ServiceAccount, or follow only what a Role reaches: --namespaced, or --namespaces=…',
      }
    : {
        help: 'Bind the Role of the installation to this ServiceAccount in that namespace: docs/permissions.md lists the rights.',
      };
}
