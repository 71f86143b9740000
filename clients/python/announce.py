"""Announces one coach, and does everything else that a partner's system must be able to do.

Submits, repeats, reads a refusal's details, checks the receipt's digest, and resumes a watch. People are invented.
"""

import hashlib
import os
import pathlib
import sys
import time
import uuid

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from customs.prearrival.v1 import (
    manifest_pb2,
    manifest_service_pb2,
    manifest_service_pb2_grpc,
    passenger_pb2,
    pre_decision_pb2,
    pre_decision_service_pb2,
    pre_decision_service_pb2_grpc,
    values_pb2,
)


def setting(name):
    return os.environ["CORRIDOR_" + name]


def connect():
    """A channel with our certificate, and the retry policy that the contract recommends."""
    credentials = grpc.ssl_channel_credentials(
        root_certificates=pathlib.Path(setting("CA_FILE")).read_bytes(),
        private_key=pathlib.Path(setting("KEY_FILE")).read_bytes(),
        certificate_chain=pathlib.Path(setting("CERTIFICATE_FILE")).read_bytes(),
    )
    policy = pathlib.Path(__file__).parent.parent / "retry-policy.json"
    options = [
        ("grpc.service_config", policy.read_text()),
        ("grpc.ssl_target_name_override", setting("SERVER_NAME")),
    ]
    return grpc.secure_channel(setting("ADDRESS"), credentials, options)


def in_hours(hours):
    instant = Timestamp()
    instant.FromSeconds(int(time.time()) + hours * 3600)
    return instant


def traveller(family_name, given_name, number):
    return dict(
        name=values_pb2.PersonName(family_name=family_name, given_name=given_name, script_code="Latn"),
        birth_date=values_pb2.CivilDate(year=1990, month=5, day=17),
        nationality_code="UZB",
        travel_documents=[
            passenger_pb2.TravelDocument(
                type=passenger_pb2.TRAVEL_DOCUMENT_TYPE_PASSPORT,
                number=number,
                issuing_state_code="UZB",
                expiry_date=values_pb2.CivilDate(year=2034, month=1, day=1),
            )
        ],
    )


def coach(reference, registration="01A123BC"):
    """One coach with a driver and two passengers."""
    return manifest_service_pb2.SubmitManifestRequest(
        manifest=manifest_pb2.Manifest(
            manifest_reference=reference,
            conveyance=manifest_pb2.Conveyance(
                mode_code="3", registration=registration, nationality_code="UZ"
            ),
            journey=manifest_pb2.Journey(
                border_post_code="UZ-GISHTKUPRIK", arrival_time=in_hours(6), departure_time=in_hours(1)
            ),
            passenger_list=passenger_pb2.PassengerList(
                service=passenger_pb2.PASSENGER_SERVICE_REGULAR,
                declared_passenger_count=2,
                passengers=[
                    passenger_pb2.Passenger(**traveller("SYNTHETIC", "ANVAR", "AA0000001")),
                    passenger_pb2.Passenger(**traveller("SYNTHETIC", "DILNOZA", "AA0000002")),
                ],
            ),
            crew_members=[
                passenger_pb2.CrewMember(
                    role=passenger_pb2.CREW_ROLE_DRIVER, **traveller("SYNTHETIC", "RUSTAM", "AA0000003")
                )
            ],
        ),
        request_id=str(uuid.uuid4()),
        language_code="en",
    )


def refusal_of(error):
    """The reason and what goes with it, from the google.rpc details of a status."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason, dict(info.metadata)
    return None, {}


def events(stub, token=b""):
    """Events of our own manifests after a token; a heartbeat only says that the stream lives."""
    request = pre_decision_service_pb2.WatchPreDecisionsRequest(resume_token=token)
    call = stub.WatchPreDecisions(request, timeout=30)
    try:
        for message in call:
            if message.HasField("manifest_decided"):
                yield message.manifest_decided.manifest_reference, message.resume_token
    finally:
        call.cancel()


def must(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)
    print("ok: " + what)


def main():
    with connect() as channel:
        manifests = manifest_service_pb2_grpc.ManifestServiceStub(channel)
        decisions = pre_decision_service_pb2_grpc.PreDecisionServiceStub(channel)
        reference = "PY-" + uuid.uuid4().hex[:12]

        request = coach(reference)
        answer = manifests.SubmitManifest(request)
        corridor = pre_decision_pb2.Corridor.Name(answer.pre_decisions[0].corridor)
        must(answer.receipt.manifest_reference == reference, f"submitted {answer.receipt.manifest}: {corridor}")

        # The digest is over the bytes that went out: keep them, or serialize the same message object again.
        digest = hashlib.sha256(answer.received_digest_salt + request.SerializeToString()).digest()
        must(digest == answer.receipt.received_digest, "the receipt's digest is that of what was sent")

        # No answer came? Send the same words again, as often as it takes: the receipt stays the same.
        again = manifests.SubmitManifest(request)
        must(again.repeated_submission and again.receipt == answer.receipt, "the repeat has the same receipt")

        changed = coach(reference, registration="01A999BC")
        try:
            manifests.SubmitManifest(changed)
            must(False, "other words under the same key are refused")
        except grpc.RpcError as error:
            reason, _ = refusal_of(error)
            must(
                error.code() == grpc.StatusCode.ALREADY_EXISTS and reason == "REVISION_CONFLICT",
                f"other words under the same key are refused: {error.code().name}, {reason}",
            )

        second = coach(reference + "-2")
        manifests.SubmitManifest(second)
        first_token = next(token for seen, token in events(decisions) if seen == reference)
        resumed = next(seen for seen, _ in events(decisions, first_token))
        must(resumed == reference + "-2", "the watch resumes after the token that was kept")


if __name__ == "__main__":
    main()
