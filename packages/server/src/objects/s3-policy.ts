import type { S3Settings } from '../settings.ts';

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/**
 * The smallest IAM policy for these settings: the actions that the service really calls, no others (the actions' names
 * are of the Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").
 * `versioned`: whether the bucket keeps versions; null is taken for yes, since a right to remove them does no harm.
 */
export function leastPolicy(
  settings: S3Settings,
  { versioned, directUploads }: { versioned: boolean | null; directUploads: boolean },
): PolicyDocument {
  const partition = settings.region.startsWith('cn-') ? 'aws-cn' : 'aws';
  const bucket = `arn:${partition}:s3:::${settings.bucket}`;
  const { prefix } = settings;
  const versions = versioned !== false;
  return {
    Version: '2012-10-17',
    Statement: [
      // Not bound to the prefix: of an object that is not there, S3 says so (404) only to who may list without such a
      // condition; everybody else hears 403, which could mean anything.
      {
        Sid: 'Bucket',
        Effect: 'Allow',
        Action: [
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          ...(versions ? ['s3:ListBucketVersions'] : []),
        ],
        Resource: bucket,
      },
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: [
          's3:PutObject',
          's3:GetObject',
          's3:DeleteObject',
          's3:AbortMultipartUpload',
          ...(directUploads ? ['s3:ListMultipartUploadParts'] : []),
          ...(versions ? ['s3:DeleteObjectVersion'] : []),
          ...(settings.acl === null ? [] : ['s3:PutObjectAcl', 's3:GetObjectAcl']),
        ],
        Resource: `${bucket}/${prefix === null ? '' : `${prefix}/`}*`,
      },
      ...kmsStatement(settings),
    ],
  };
}

/** What S3 does with the key in the caller's name: each part of an upload is encrypted, the completion reads them. */
function kmsStatement({ sse, sseKmsKeyId, region }: S3Settings): Statement[] {
  if (!sse?.startsWith('aws:kms') || sseKmsKeyId === null) return [];
  const isArn = sseKmsKeyId.startsWith('arn:');
  return [
    {
      Sid: 'Key',
      Effect: 'Allow',
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: isArn ? sseKmsKeyId : '*',
      ...(isArn ? {} : { Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } } }),
    },
  ];
}
