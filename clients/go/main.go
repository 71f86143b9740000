// Announces one coach, and does everything else that a partner's system must be able to do: submits, repeats, reads a
// refusal's details, checks the receipt's digest, and resumes a watch. People are invented.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "customs.uz/prearrival/prearrivalv1"
)

func setting(name string) string { return os.Getenv("CORRIDOR_" + name) }

// connect makes a channel with our certificate, and the retry policy that the contract recommends.
func connect() (*grpc.ClientConn, error) {
	roots := x509.NewCertPool()
	ca, err := os.ReadFile(setting("CA_FILE"))
	if err != nil {
		return nil, err
	}
	if !roots.AppendCertsFromPEM(ca) {
		return nil, fmt.Errorf("no certificate in %s", setting("CA_FILE"))
	}
	own, err := tls.LoadX509KeyPair(setting("CERTIFICATE_FILE"), setting("KEY_FILE"))
	if err != nil {
		return nil, err
	}
	policy, err := os.ReadFile("../retry-policy.json")
	if err != nil {
		return nil, err
	}
	return grpc.NewClient(setting("ADDRESS"),
		grpc.WithDefaultServiceConfig(string(policy)),
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
			RootCAs: roots, Certificates: []tls.Certificate{own}, ServerName: setting("SERVER_NAME"), MinVersion: tls.VersionTLS13,
		})))
}

func name(given string) *pb.PersonName {
	return &pb.PersonName{FamilyName: "SYNTHETIC", GivenName: given, ScriptCode: "Latn"}
}

func passport(number string) []*pb.TravelDocument {
	return []*pb.TravelDocument{{
		Type: pb.TravelDocumentType_TRAVEL_DOCUMENT_TYPE_PASSPORT, Number: number, IssuingStateCode: "UZB",
		ExpiryDate: &pb.CivilDate{Year: 2034, Month: 1, Day: 1},
	}}
}

// coach is one coach with a driver and a passenger.
func coach(reference, registration string) *pb.SubmitManifestRequest {
	born := &pb.CivilDate{Year: 1990, Month: 5, Day: 17}
	return &pb.SubmitManifestRequest{
		LanguageCode: "en",
		Manifest: &pb.Manifest{
			ManifestReference: reference,
			Conveyance:        &pb.Conveyance{ModeCode: "3", Registration: registration, NationalityCode: "UZ"},
			Journey: &pb.Journey{
				BorderPostCode: "UZ-GISHTKUPRIK",
				ArrivalTime:    timestamppb.New(time.Now().Add(6 * time.Hour).Truncate(time.Second)),
			},
			Load: &pb.Manifest_PassengerList{PassengerList: &pb.PassengerList{
				Service:                pb.PassengerService_PASSENGER_SERVICE_REGULAR,
				DeclaredPassengerCount: proto.Int32(1),
				Passengers: []*pb.Passenger{{
					Name: name("ANVAR"), BirthDate: born, NationalityCode: "UZB", TravelDocuments: passport("AA0000001"),
				}},
			}},
			CrewMembers: []*pb.CrewMember{{
				Role: pb.CrewRole_CREW_ROLE_DRIVER, Name: name("RUSTAM"), BirthDate: born, NationalityCode: "UZB",
				TravelDocuments: passport("AA0000003"),
			}},
		},
	}
}

// reason reads google.rpc.ErrorInfo from a status's details.
func reason(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// next waits for the first event after a token that satisfies; a heartbeat only says that the stream lives.
func next(client pb.PreDecisionServiceClient, token []byte, wanted string) (string, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	stream, err := client.WatchPreDecisions(ctx, &pb.WatchPreDecisionsRequest{ResumeToken: token})
	if err != nil {
		return "", nil, err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return "", nil, err
		}
		if event := message.GetManifestDecided(); event != nil && (wanted == "" || event.GetManifestReference() == wanted) {
			return event.GetManifestReference(), message.GetResumeToken(), nil
		}
	}
}

func must(condition bool, what string) {
	if !condition {
		log.Fatalf("FAILED: %s", what)
	}
	fmt.Println("ok: " + what)
}

func check(err error) {
	if err != nil {
		log.Fatalf("FAILED: %v", err)
	}
}

func main() {
	log.SetFlags(0)
	channel, err := connect()
	check(err)
	defer channel.Close()
	manifests, decisions := pb.NewManifestServiceClient(channel), pb.NewPreDecisionServiceClient(channel)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	reference := "GO-" + rand.Text()[:12]

	request := coach(reference, "01A123BC")
	answer, err := manifests.SubmitManifest(ctx, request)
	check(err)
	receipt := answer.GetReceipt()
	must(receipt.GetManifestReference() == reference,
		fmt.Sprintf("submitted %s: %s", receipt.GetManifest(), answer.GetPreDecisions()[0].GetCorridor()))

	// The digest is over the bytes that went out. Go's order of map entries may vary; our messages hold no map.
	sent, err := proto.Marshal(request)
	check(err)
	digest := sha256.Sum256(append(bytes.Clone(answer.GetReceivedDigestSalt()), sent...))
	must(bytes.Equal(digest[:], receipt.GetReceivedDigest()), "the receipt's digest is that of what was sent")

	again, err := manifests.SubmitManifest(ctx, request)
	check(err)
	must(again.GetRepeatedSubmission() && proto.Equal(again.GetReceipt(), receipt), "the repeat has the same receipt")

	_, err = manifests.SubmitManifest(ctx, coach(reference, "01A999BC"))
	must(status.Code(err) == codes.AlreadyExists && reason(err) == "REVISION_CONFLICT",
		fmt.Sprintf("other words under the same key are refused: %s, %s", status.Code(err), reason(err)))

	_, err = manifests.SubmitManifest(ctx, coach(reference+"-2", "01A124BC"))
	check(err)
	_, token, err := next(decisions, nil, reference)
	check(err)
	resumed, _, err := next(decisions, token, "")
	check(err)
	must(resumed == reference+"-2", "the watch resumes after the token that was kept")
}
