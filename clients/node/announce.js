// Announces one coach, and does everything else that a partner's system must be able to do: submits, repeats, reads a
// refusal's details, checks the receipt's digest, and resumes a watch. People are invented.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import googleProtoFiles from 'google-proto-files';

const here = path.dirname(fileURLToPath(import.meta.url));
const setting = (name) => process.env[`CORRIDOR_${name}`];

const load = (files, folder) =>
  grpc.loadPackageDefinition(
    protoLoader.loadSync(files, { includeDirs: [folder], longs: String, enums: String, oneofs: true }),
  );
const contract = load(
  ['manifest_service.proto', 'pre_decision_service.proto'].map((file) => `customs/prearrival/v1/${file}`),
  path.join(here, '../../proto'),
).customs.prearrival.v1;
const googleRoot = path.join(googleProtoFiles.getProtoPath(), '..');
const rpc = load(['google/rpc/status.proto', 'google/rpc/error_details.proto'], googleRoot).google.rpc;

/** A channel's credentials and the retry policy that the contract recommends. */
const credentials = grpc.credentials.createSsl(
  fs.readFileSync(setting('CA_FILE')),
  fs.readFileSync(setting('KEY_FILE')),
  fs.readFileSync(setting('CERTIFICATE_FILE')),
);
const options = {
  'grpc.service_config': fs.readFileSync(path.join(here, '../retry-policy.json'), 'utf8'),
  'grpc.ssl_target_name_override': setting('SERVER_NAME'),
};
const manifests = new contract.ManifestService(setting('ADDRESS'), credentials, options);
const decisions = new contract.PreDecisionService(setting('ADDRESS'), credentials, options);

const name = (givenName) => ({ familyName: 'SYNTHETIC', givenName, scriptCode: 'Latn' });
const passport = (number) => [
  {
    type: 'TRAVEL_DOCUMENT_TYPE_PASSPORT',
    number,
    issuingStateCode: 'UZB',
    expiryDate: { year: 2034, month: 1, day: 1 },
  },
];
const birthDate = { year: 1990, month: 5, day: 17 };

/** One coach with a driver and a passenger. */
function coach(manifestReference, registration = '01A123BC') {
  return {
    languageCode: 'en',
    manifest: {
      manifestReference,
      conveyance: { modeCode: '3', registration, nationalityCode: 'UZ' },
      journey: {
        borderPostCode: 'UZ-GISHTKUPRIK',
        arrivalTime: { seconds: Math.floor(Date.now() / 1000) + 6 * 3600 },
      },
      passengerList: {
        service: 'PASSENGER_SERVICE_REGULAR',
        declaredPassengerCount: 1,
        passengers: [
          { name: name('ANVAR'), birthDate, nationalityCode: 'UZB', travelDocuments: passport('AA0000001') },
        ],
      },
      crewMembers: [
        {
          role: 'CREW_ROLE_DRIVER',
          name: name('RUSTAM'),
          birthDate,
          nationalityCode: 'UZB',
          travelDocuments: passport('AA0000003'),
        },
      ],
    },
  };
}

const submit = (request) =>
  new Promise((resolve, reject) => {
    manifests.SubmitManifest(request, (error, answer) => (error ? reject(error) : resolve(answer)));
  });

/** The reason in google.rpc.ErrorInfo, from the details that travel beside a status. */
function reasonOf(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!bytes) return undefined;
  const decode = (type, value) => type.deserialize(value);
  const status = decode(rpc.Status, bytes);
  const info = status.details.find((detail) => detail.type_url?.endsWith('/google.rpc.ErrorInfo') ?? detail.typeUrl?.endsWith('/google.rpc.ErrorInfo'));
  return info && decode(rpc.ErrorInfo, info.value).reason;
}

/** The first event after a token that is wanted; a heartbeat only says that the stream lives. */
function next(resumeToken, wanted) {
  return new Promise((resolve, reject) => {
    const stream = decisions.WatchPreDecisions({ resumeToken }, { deadline: Date.now() + 30_000 });
    stream.on('error', (error) => error.code === grpc.status.CANCELLED || reject(error));
    stream.on('data', ({ manifestDecided, resumeToken: token }) => {
      if (!manifestDecided || (wanted && manifestDecided.manifestReference !== wanted)) return;
      resolve({ reference: manifestDecided.manifestReference, token });
      stream.cancel();
    });
  });
}

function must(condition, what) {
  if (!condition) throw new Error(what);
  console.log(`ok: ${what}`);
}

async function main() {
  const reference = `JS-${crypto.randomUUID().slice(0, 12)}`;
  const request = coach(reference);
  const answer = await submit(request);
  const { receipt } = answer;
  must(receipt.manifestReference === reference, `submitted ${receipt.manifest}: ${answer.preDecisions[0].corridor}`);

  // The digest is over the bytes that went out.
  const sent = contract.ManifestService.service.SubmitManifest.requestSerialize(request);
  const digest = crypto.createHash('sha256').update(answer.receivedDigestSalt).update(sent).digest();
  must(digest.equals(receipt.receivedDigest), "the receipt's digest is that of what was sent");

  const again = await submit(request);
  must(
    again.repeatedSubmission && JSON.stringify(again.receipt) === JSON.stringify(receipt),
    'the repeat has the same receipt',
  );

  const refused = await submit(coach(reference, '01A999BC')).then(() => undefined, (error) => error);
  must(
    refused?.code === grpc.status.ALREADY_EXISTS && reasonOf(refused) === 'REVISION_CONFLICT',
    `other words under the same key are refused: ${grpc.status[refused?.code]}, ${refused && reasonOf(refused)}`,
  );

  await submit(coach(`${reference}-2`, '01A124BC'));
  const first = await next(undefined, reference);
  const resumed = await next(first.token);
  must(resumed.reference === `${reference}-2`, 'the watch resumes after the token that was kept');
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`FAILED: ${error.message}`);
    process.exit(1);
  },
);
