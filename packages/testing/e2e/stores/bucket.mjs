import { createRequire } from "node:module";

// The clients are delta-lake-ts's own optional peers, so they are found from there.
const loadPeer = createRequire(import.meta.resolve("delta-lake-ts"));

/** Makes a bucket (a container on Azure) on the server that the environment names. */
export async function createBucket(kind, name) {
  if (kind === "s3") {
    const { CreateBucketCommand, S3Client } = loadPeer("@aws-sdk/client-s3");
    const endpoint = process.env.AWS_ENDPOINT_URL;
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } else if (kind === "gcs") {
    const url = `${process.env.STORAGE_EMULATOR_HOST}/storage/v1/b?project=emulator`;
    const answer = await fetch(url, { method: "POST", body: JSON.stringify({ name }) });
    if (!answer.ok) throw new Error(`cannot make bucket ${name}: ${answer.status}`);
  } else {
    const { ContainerClient } = loadPeer("@azure/storage-blob");
    await new ContainerClient(process.env.AZURE_STORAGE_CONNECTION_STRING, name).create();
  }
}
