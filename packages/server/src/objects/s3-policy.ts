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
export function leastPolicy(settings: S3Settings, versioned: boolean | null): PolicyDocument {
  const partition = settings.region.startsWith('cn-') ? 'aws-cn' : 'aws';
  const bucket = `arn:${partition}:s3:::${settings.bucket}`;
  const { prefix } = settings;
  const versions = versioned !== false;
  const withinPrefix = prefix === null ? {} : { Condition: { StringLike: { 's3:prefix': [`${prefix}/*`] } } };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: ['s3:ListBucket', ...(versions ? ['s3:ListBucketVersions'] : [])],
        Resource: bucket,
        ...withinPrefix,
      },
      // This action knows no condition on the prefix.
      {
        Sid: 'ListUnfinishedUploads',
        Effect: 'Allow',
        Action: ['s3:ListBucketMultipartUploads'],
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
