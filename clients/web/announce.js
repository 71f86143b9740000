// Announces one coach over gRPC-Web: plain HTTP/1.1 requests with a client certificate, for systems whose language has no gRPC or
// whose network lets no HTTP/2 through. Does what the other clients do. People are invented.

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { createFileRegistry, fromBinary, fromJson, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-node';

const here = path.dirname(fileURLToPath(import.meta.url));
const setting = (name) => process.env[`CORRIDOR_${name}`];

const packed = fs.readFileSync(path.join(here, 'generated/contract.binpb'));
const contract = createFileRegistry(fromBinary(FileDescriptorSetSchema, packed));
const ErrorInfo = contract.getMessage('google.rpc.ErrorInfo');
const Corridor = contract.getEnum('customs.prearrival.v1.Corridor');
const SubmitManifestRequest = contract.getMessage('customs.prearrival.v1.SubmitManifestRequest');

const transport = createGrpcWebTransport({
  baseUrl: `https://${setting('ADDRESS')}`,
  httpVersion: '1.1',
  nodeOptions: {
    ca: fs.readFileSync(setting('CA_FILE')),
    cert: fs.readFileSync(setting('CERTIFICATE_FILE')),
    key: fs.readFileSync(setting('KEY_FILE')),
    servername: setting('SERVER_NAME'),
    ALPNProtocols: ['http/1.1'], // Node asks for no protocol unless told to, and the gateway serves none that is not asked for
  },
});
const manifests = createClient(contract.getService('customs.prearrival.v1.ManifestService'), transport);
const decisions = createClient(contract.getService('customs.prearrival.v1.PreDecisionService'), transport);

const person = (givenName, number) => ({
  name: { familyName: 'SYNTHETIC', givenName, scriptCode: 'Latn' },
  birthDate: { year: 1990, month: 5, day: 17 },
  nationalityCode: 'UZB',
  travelDocuments: [
    {
      type: 'TRAVEL_DOCUMENT_TYPE_PASSPORT',
      number,
      issuingStateCode: 'UZB',
      expiryDate: { year: 2034, month: 1, day: 1 },
    },
  ],
});

/** One coach with a driver and a passenger. */
function coach(manifestReference, registration = '01A123BC') {
  return fromJson(SubmitManifestRequest, {
    languageCode: 'en',
    manifest: {
      manifestReference,
      conveyance: { modeCode: '3', registration, nationalityCode: 'UZ' },
      journey: {
        borderPostCode: 'UZ-GISHTKUPRIK',
        arrivalTime: new Date(Date.now() + 6 * 3_600_000).toISOString(),
      },
      passengerList: {
        service: 'PASSENGER_SERVICE_REGULAR',
        declaredPassengerCount: 1,
        passengers: [person('ANVAR', 'AA0000001')],
      },
      crewMembers: [{ role: 'CREW_ROLE_DRIVER', ...person('RUSTAM', 'AA0000003') }],
    },
  });
}

/** The first event after a token that is wanted; a heartbeat only says that the stream lives. */
async function next(resumeToken, wanted) {
  const events = decisions.watchPreDecisions({ resumeToken }, { timeoutMs: 30_000 });
  for await (const { event, resumeToken: token } of events) {
    if (event.case !== 'manifestDecided') continue;
    const reference = event.value.manifestReference;
    if (!wanted || reference === wanted) return { reference, token };
  }
  throw new Error('the watch ended');
}

function must(condition, what) {
  if (!condition) throw new Error(what);
  console.log(`ok: ${what}`);
}

async function main() {
  const reference = `WEB-${crypto.randomUUID().slice(0, 12)}`;
  const request = coach(reference);
  const answer = await manifests.submitManifest(request);
  const { receipt } = answer;
  const corridor = Corridor.value[answer.preDecisions[0].corridor].name;
  must(receipt.manifestReference === reference, `submitted ${receipt.manifest}: ${corridor}`);

  // The digest is over the bytes that went out.
  const sent = toBinary(SubmitManifestRequest, request);
  const digest = crypto.createHash('sha256').update(answer.receivedDigestSalt).update(sent).digest();
  must(digest.equals(receipt.receivedDigest), "the receipt's digest is that of what was sent");

  const again = await manifests.submitManifest(request);
  must(
    again.repeatedSubmission && again.receipt.manifest === receipt.manifest && digest.equals(again.receipt.receivedDigest),
    'the repeat has the same receipt',
  );

  const refused = await manifests.submitManifest(coach(reference, '01A999BC')).catch((error) => ConnectError.from(error));
  const [info] = refused instanceof ConnectError ? refused.findDetails(ErrorInfo) : [];
  must(
    refused.code === Code.AlreadyExists && info?.reason === 'REVISION_CONFLICT',
    `other words under the same key are refused: ${Code[refused.code]}, ${info?.reason}`,
  );

  await manifests.submitManifest(coach(`${reference}-2`, '01A124BC'));
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
