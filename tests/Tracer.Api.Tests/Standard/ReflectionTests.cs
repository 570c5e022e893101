// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Xunit;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Tracer.Api.Tests.Standard;

/// <summary>What a client without proto files can learn from the server.</summary>
public sealed class ReflectionTests
{
    private static readonly string[] ServiceFiles =
    [
        "closewait/v1/tracer_service.proto",
        "closewait/v1/finding.proto",
        "closewait/v1/event.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/timestamp.proto",
    ];

    [Fact]
    public async Task Every_service_is_listed_once()
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { ListServices = "" });

        Assert.Equal(
            [
                "closewait.v1.TracerService",
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ],
            response.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("closewait.v1.TracerService")]
    [InlineData("closewait.v1.TracerService.GetStack")]
    [InlineData("closewait.v1.TracerService.WatchFindings")]
    [InlineData("closewait.v1.SocketFilter")]
    [InlineData("closewait.v1.SocketFilter.pids")]
    [InlineData("closewait.v1.SocketFilter.Family")]
    [InlineData("closewait.v1.SocketFilter.FAMILY_IPV6")]
    public async Task File_of_a_symbol_comes_with_everything_it_imports(string symbol)
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        IReadOnlyList<FileDescriptorProto> files = FilesIn(response);
        Assert.Equal("closewait/v1/tracer_service.proto", files[0].Name);
        Assert.Equal(ServiceFiles.Order(), files.Select(file => file.Name).Order());
    }

    [Theory]
    [InlineData("closewait.v1.TcpState", "closewait/v1/event.proto")]
    [InlineData("closewait.v1.TCP_STATE_CLOSE_WAIT", "closewait/v1/event.proto")]
    [InlineData("closewait.v1.EventsLost.PLACE_KERNEL", "closewait/v1/event.proto")]
    [InlineData("closewait.v1.Finding", "closewait/v1/finding.proto")]
    [InlineData("closewait.v1.Site.ROLE_BLOCKED", "closewait/v1/finding.proto")]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    public async Task Symbol_of_an_imported_file_is_found_there(string symbol, string expectedFile)
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        Assert.Equal(expectedFile, FilesIn(response)[0].Name);
    }

    [Fact]
    public async Task File_by_its_name_is_enough_to_build_the_service_again()
    {
        ServerReflectionResponse response = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "closewait/v1/tracer_service.proto" });

        // Dependencies first, as the builder wants them.
        IEnumerable<ByteString> files = response.FileDescriptorResponse.FileDescriptorProto
            .OrderByDescending(file => Array.IndexOf(ServiceFiles, FileDescriptorProto.Parser.ParseFrom(file).Name));
        FileDescriptor rebuilt = FileDescriptor.BuildFromByteStrings(files)[^1];
        Assert.Equal(CloseWait.V1.TracerService.Descriptor.ToProto(), rebuilt.Services.Single().ToProto());
    }

    [Fact]
    public async Task Unknown_names_are_answered_with_not_found_and_the_stream_goes_on()
    {
        ServerReflectionRequest[] unknown =
        [
            new() { FileContainingSymbol = "closewait.v1.NoSuchThing" },
            new() { FileContainingSymbol = "" },
            new() { FileContainingSymbol = new string('x', 1_000_000) },
            new() { FileByFilename = "../../etc/passwd" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = "closewait.v1.Frame", ExtensionNumber = -1 } },
            new() { AllExtensionNumbersOfType = "closewait.v1.NoSuchThing" },
        ];

        IReadOnlyList<ServerReflectionResponse> responses = await AskAllAsync([.. unknown, new() { ListServices = "*" }]);

        Assert.All(responses.SkipLast(1), response => Assert.Equal((int)StatusCode.NotFound, response.ErrorResponse.ErrorCode));
        Assert.NotEmpty(responses[^1].ListServicesResponse.Service);
    }

    [Fact]
    public async Task Request_without_a_question_is_an_invalid_argument()
    {
        ServerReflectionResponse response = await AskAsync(new ServerReflectionRequest { Host = "h" });

        Assert.Equal((int)StatusCode.InvalidArgument, response.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task Message_without_extensions_has_an_empty_list_of_them()
    {
        ServerReflectionResponse response = await AskAsync(
            new ServerReflectionRequest { AllExtensionNumbersOfType = "closewait.v1.Frame" });

        Assert.Equal("closewait.v1.Frame", response.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(response.AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task Response_repeats_host_and_request()
    {
        var request = new ServerReflectionRequest { Host = "h", FileContainingSymbol = "closewait.v1.Frame" };

        ServerReflectionResponse response = await AskAsync(request);

        Assert.Equal("h", response.ValidHost);
        Assert.Equal(request, response.OriginalRequest);
    }

    [Fact]
    public async Task Both_versions_give_the_same_bytes()
    {
        ServerReflectionRequest[] requests =
        [
            new() { ListServices = "" },
            new() { Host = "h", FileContainingSymbol = "closewait.v1.TracerService" },
            new() { FileContainingSymbol = "closewait.v1.NoSuchThing" },
            new() { AllExtensionNumbersOfType = "closewait.v1.Frame" },
        ];

        IReadOnlyList<ServerReflectionResponse> expected = await AskAllAsync(requests);
        IReadOnlyList<Alpha.ServerReflectionResponse> answered = await AskAlphaAsync(
            requests.Select(request => Alpha.ServerReflectionRequest.Parser.ParseFrom(request.ToByteArray())));

        Assert.Equal(expected.Select(response => response.ToByteString()), answered.Select(response => response.ToByteString()));
    }

    [Fact]
    public void Both_versions_declare_the_same_messages()
    {
        string v1 = ReflectionReflection.Descriptor.ToProto().ToString();
        string alpha = Alpha.ReflectionReflection.Descriptor.ToProto().ToString();

        Assert.Equal(v1, alpha.Replace("v1alpha", "v1", StringComparison.Ordinal).Replace("V1Alpha", "V1", StringComparison.Ordinal));
    }

    private static IReadOnlyList<FileDescriptorProto> FilesIn(ServerReflectionResponse response) =>
        [.. response.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request) => (await AskAllAsync([request])).Single();

    private static async Task<IReadOnlyList<ServerReflectionResponse>> AskAllAsync(IReadOnlyList<ServerReflectionRequest> requests)
    {
        await using StandardHost host = await StandardHost.StartAsync();
        var client = new ServerReflection.ServerReflectionClient(host.Channel);
        return await AskAsync(client.ServerReflectionInfo(cancellationToken: TestDeadline.Token), requests);
    }

    private static async Task<IReadOnlyList<Alpha.ServerReflectionResponse>> AskAlphaAsync(IEnumerable<Alpha.ServerReflectionRequest> requests)
    {
        await using StandardHost host = await StandardHost.StartAsync();
        var client = new Alpha.ServerReflection.ServerReflectionClient(host.Channel);
        return await AskAsync(client.ServerReflectionInfo(cancellationToken: TestDeadline.Token), requests);
    }

    private static async Task<IReadOnlyList<TResponse>> AskAsync<TRequest, TResponse>(
        AsyncDuplexStreamingCall<TRequest, TResponse> call, IEnumerable<TRequest> requests)
    {
        using (call)
        {
            var responses = new List<TResponse>();
            foreach (TRequest request in requests)
            {
                await call.RequestStream.WriteAsync(request, TestDeadline.Token);
                Assert.True(await call.ResponseStream.MoveNext(TestDeadline.Token));
                responses.Add(call.ResponseStream.Current);
            }

            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(TestDeadline.Token));
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
            return responses;
        }
    }
}
