import { generate } from "selfsigned";

/** A key and its self-signed certificate, both PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** Makes the certificate of one server's life; it names `localhost` and 127.0.0.1. */
export async function makeCertificate(): Promise<ServerCertificate> {
  const dayMs = 24 * 60 * 60 * 1000;
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - dayMs),
    notAfterDate: new Date(Date.now() + 365 * dayMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { key: made.private, certificate: made.cert };
}
