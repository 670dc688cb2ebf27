import type { S3Settings } from '../settings.ts';
import { S3Error } from './s3-error.ts';
import type { Credentials } from './sigv4.ts';

/** Gives credentials that are good now. */
export type CredentialSource = () => Promise<Credentials>;

/**
 * The credentials as set, or those of the AWS default chain (environment, profiles, SSO, web identity, container and
 * instance roles). The chain is loaded when first asked; it keeps what it found and renews it in the background from
 * five minutes before it expires.
 */
export function credentialSource({ credentials, region }: S3Settings): CredentialSource {
  if (credentials) return async () => credentials;
  let chain: Promise<CredentialSource> | undefined;
  return async () => {
    chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) =>
      defaultProvider({ clientConfig: { region } }),
    );
    try {
      return await (await chain)();
    } catch {
      // The chain's own message can quote files and addresses.
      throw new S3Error({ operation: 'credentials', key: '', code: 'NoCredentials', status: null });
    }
  };
}
