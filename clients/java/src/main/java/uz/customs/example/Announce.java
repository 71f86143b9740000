package uz.customs.example;

import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import uz.customs.prearrival.v1.*;

/**
 * Announces one coach, and does everything else that a partner's system must be able to do: submits, repeats, reads a
 * refusal's details, checks the receipt's digest, and resumes a watch. People are invented.
 */
public final class Announce {
  private static String setting(String name) {
    return System.getenv("CORRIDOR_" + name);
  }

  /** A channel with our certificate, and the retry policy that the contract recommends. */
  @SuppressWarnings("unchecked")
  private static ManagedChannel connect() throws Exception {
    var tls =
        GrpcSslContexts.forClient()
            .trustManager(new File(setting("CA_FILE")))
            .keyManager(new File(setting("CERTIFICATE_FILE")), new File(setting("KEY_FILE")))
            .protocols("TLSv1.3")
            .build();
    Map<String, Object> policy =
        new Gson().fromJson(Files.readString(Path.of("../retry-policy.json")), Map.class);
    return NettyChannelBuilder.forTarget(setting("ADDRESS"))
        .sslContext(tls)
        .overrideAuthority(setting("SERVER_NAME"))
        .defaultServiceConfig(policy)
        .enableRetry()
        .build();
  }

  private static PersonName name(String givenName) {
    return PersonName.newBuilder()
        .setFamilyName("SYNTHETIC")
        .setGivenName(givenName)
        .setScriptCode("Latn")
        .build();
  }

  private static CivilDate date(int year, int month, int day) {
    return CivilDate.newBuilder().setYear(year).setMonth(month).setDay(day).build();
  }

  private static TravelDocument passport(String number) {
    return TravelDocument.newBuilder()
        .setType(TravelDocumentType.TRAVEL_DOCUMENT_TYPE_PASSPORT)
        .setNumber(number)
        .setIssuingStateCode("UZB")
        .setExpiryDate(date(2034, 1, 1))
        .build();
  }

  /** One coach with a driver and a passenger. */
  private static SubmitManifestRequest coach(String reference, String registration) {
    var arrival = Instant.now().plus(6, ChronoUnit.HOURS).getEpochSecond();
    var manifest =
        Manifest.newBuilder()
            .setManifestReference(reference)
            .setConveyance(
                Conveyance.newBuilder()
                    .setModeCode("3")
                    .setRegistration(registration)
                    .setNationalityCode("UZ"))
            .setJourney(
                Journey.newBuilder()
                    .setBorderPostCode("UZ-GISHTKUPRIK")
                    .setArrivalTime(Timestamp.newBuilder().setSeconds(arrival)))
            .setPassengerList(
                PassengerList.newBuilder()
                    .setService(PassengerService.PASSENGER_SERVICE_REGULAR)
                    .setDeclaredPassengerCount(1)
                    .addPassengers(
                        Passenger.newBuilder()
                            .setName(name("ANVAR"))
                            .setBirthDate(date(1990, 5, 17))
                            .setNationalityCode("UZB")
                            .addTravelDocuments(passport("AA0000001"))))
            .addCrewMembers(
                CrewMember.newBuilder()
                    .setRole(CrewRole.CREW_ROLE_DRIVER)
                    .setName(name("RUSTAM"))
                    .setBirthDate(date(1985, 2, 3))
                    .setNationalityCode("UZB")
                    .addTravelDocuments(passport("AA0000003")));
    return SubmitManifestRequest.newBuilder().setManifest(manifest).setLanguageCode("en").build();
  }

  /** The reason in google.rpc.ErrorInfo, from a status's details. */
  private static String reasonOf(StatusRuntimeException error) throws InvalidProtocolBufferException {
    var status = StatusProto.fromThrowable(error);
    for (var detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return detail.unpack(ErrorInfo.class).getReason();
      }
    }
    return "";
  }

  private record Event(String reference, ByteString token) {}

  /** The first event after a token that is wanted; a heartbeat only says that the stream lives. */
  private static Event next(ManagedChannel channel, ByteString token, String wanted) {
    var context = io.grpc.Context.current().withCancellation();
    var before = context.attach();
    try {
      var stream =
          PreDecisionServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .watchPreDecisions(WatchPreDecisionsRequest.newBuilder().setResumeToken(token).build());
      while (stream.hasNext()) {
        var message = stream.next();
        var reference = message.getManifestDecided().getManifestReference();
        if (message.hasManifestDecided() && (wanted.isEmpty() || wanted.equals(reference))) {
          return new Event(reference, message.getResumeToken());
        }
      }
      throw new IllegalStateException("the watch ended");
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  private static void must(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException(what);
    }
    System.out.println("ok: " + what);
  }

  private static void run(ManagedChannel channel) throws Exception {
    var manifests = ManifestServiceGrpc.newBlockingStub(channel);
    var reference = "JAVA-" + UUID.randomUUID().toString().substring(0, 12);

    var request = coach(reference, "01A123BC");
    var answer = manifests.submitManifest(request);
    var receipt = answer.getReceipt();
    must(
        receipt.getManifestReference().equals(reference),
        "submitted " + receipt.getManifest() + ": " + answer.getPreDecisions(0).getCorridor());

    // The digest is over the bytes that went out.
    var sha256 = MessageDigest.getInstance("SHA-256");
    sha256.update(answer.getReceivedDigestSalt().toByteArray());
    must(
        receipt.getReceivedDigest().equals(ByteString.copyFrom(sha256.digest(request.toByteArray()))),
        "the receipt's digest is that of what was sent");

    var again = manifests.submitManifest(request);
    must(
        again.getRepeatedSubmission() && again.getReceipt().equals(receipt),
        "the repeat has the same receipt");

    try {
      manifests.submitManifest(coach(reference, "01A999BC"));
      must(false, "other words under the same key are refused");
    } catch (StatusRuntimeException error) {
      var code = error.getStatus().getCode();
      must(
          code == Status.Code.ALREADY_EXISTS && reasonOf(error).equals("REVISION_CONFLICT"),
          "other words under the same key are refused: " + code + ", " + reasonOf(error));
    }

    manifests.submitManifest(coach(reference + "-2", "01A124BC"));
    var first = next(channel, ByteString.EMPTY, reference);
    var resumed = next(channel, first.token(), "");
    must(
        resumed.reference().equals(reference + "-2"),
        "the watch resumes after the token that was kept");
  }

  public static void main(String[] arguments) throws Exception {
    var channel = connect();
    try {
      run(channel);
    } catch (Exception error) {
      System.err.println("FAILED: " + error.getMessage());
      System.exit(1);
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
