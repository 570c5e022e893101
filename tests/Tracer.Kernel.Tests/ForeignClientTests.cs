// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using CloseWait.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Clients that did not come from us read the streams over the unix socket.</summary>
public sealed class ForeignClientTests(DaemonFixture fixture) : SharedDaemonTest(fixture)
{
    private const string Python = "/usr/bin/python3"; // the one that Debian's python3-grpcio belongs to

    private static string Clients { get; } = Path.Combine(Repository.Sources, "Clients");

    private static string NodeModules { get; } = Path.Combine(Repository.Root, "artifacts", "node", "node_modules");

    [Fact]
    public async Task Node_client_finds_the_service_by_reflection_and_reads_the_streams()
    {
        Prerequisites.DemandTool(Path.Combine(NodeModules, "@grpc", "grpc-js", "package.json"), "none: ./build.sh test installs it");
        await using Child client = Child.Start("env", "NODE_PATH=" + NodeModules, "node", Path.Combine(Clients, "node-client.js"), Daemon.SocketPath);

        JsonElement services = await Until(client, "services", _ => true);
        Assert.Contains("closewait.v1.TracerService", services.EnumerateArray().Select(name => name.GetString()));
        await AssertReadsAll(client);
    }

    [Fact]
    public async Task Python_client_reads_the_streams()
    {
        if ((await Command.Run(Python, "-c", "import grpc, google.protobuf")).ExitCode != 0)
            Prerequisites.DemandTool("/usr/lib/python3/dist-packages/grpc", "python3-grpcio");
        using ScratchFolder scratch = new();
        string descriptors = scratch.PathOf("descriptors");
        await File.WriteAllBytesAsync(descriptors, DescriptorSet(), TestContext.Current.CancellationToken);
        await using Child client = Child.Start(Python, Path.Combine(Clients, "python-client.py"), Daemon.SocketPath, descriptors);

        await AssertReadsAll(client);
    }

    private async Task AssertReadsAll(Child client)
    {
        JsonElement status = await Until(client, "status", _ => true);
        Assert.Equal(Daemon.Pid, status.GetProperty("pid").GetInt32());
        await Until(client, "transitions", message => message.TryGetProperty("started", out _));
        await Until(client, "closeWaits", message => message.TryGetProperty("snapshotDone", out _));
        await Until(client, "closeWaits", message => message.TryGetProperty("heartbeat", out _));

        await using Conversation talk = await Conversation.Start();
        await talk.Request();
        await talk.Client.Close(talk.ClientSide);
        await Until(client, "transitions", message => Batch(message, "transitions").Any(one =>
            IsOf(one, talk) && one.GetProperty("oldState").GetString() == "TCP_STATE_ESTABLISHED" && one.GetProperty("newState").GetString() == "TCP_STATE_CLOSE_WAIT"));
        await Until(client, "closeWaits", message => Batch(message, "changes").Any(change =>
            change.GetProperty("kind").GetString() == "KIND_ENTERED" && IsOf(change.GetProperty("socket"), talk)));
        await Until(client, "closeWaits", message => Batch(message, "changes").Any(change => IsAttributed(change.GetProperty("socket"), talk)));

        client.CloseInput();
        Assert.Equal(0, await client.WaitForExit());
    }

    private static bool IsAttributed(JsonElement socket, Conversation talk) =>
        IsOf(socket, talk)
        && socket.GetProperty("localPort").GetInt32() == talk.Listener.Port
        && socket.TryGetProperty("origin", out JsonElement origin) && origin.ValueKind == JsonValueKind.Object && origin.GetProperty("pid").GetInt32() == talk.Server.Pid
        && socket.TryGetProperty("holders", out JsonElement holders)
        && holders.EnumerateArray().Any(holder => holder.GetProperty("pid").GetInt32() == talk.Server.Pid && holder.GetProperty("fd").GetInt32() == talk.ServerSide.Fd);

    private static bool IsOf(JsonElement socket, Conversation talk) => socket.GetProperty("cookie").GetString() == talk.Cookie.ToString();

    private static IEnumerable<JsonElement> Batch(JsonElement message, string name) =>
        message.TryGetProperty(name, out JsonElement batch) && batch.ValueKind == JsonValueKind.Object && batch.TryGetProperty(name, out JsonElement items)
            ? items.EnumerateArray()
            : [];

    /// <summary>The first message of this stream that fits, among all that the client has printed.</summary>
    private static async Task<JsonElement> Until(Child client, string what, Func<JsonElement, bool> condition)
    {
        JsonElement found = default;
        await Deadline.Until(
            "the client prints the expected message of " + what,
            () => client.Output.Select(line => JsonDocument.Parse(line).RootElement)
                .Any(line => line.GetProperty("what").GetString() == what && condition(found = line.GetProperty("value"))),
            TimeSpan.FromSeconds(20),
            () => string.Join('\n', client.Output.Concat(client.Errors)));
        return found;
    }

    /// <summary>What `protoc --descriptor_set_out --include_imports` would write.</summary>
    private static byte[] DescriptorSet()
    {
        List<FileDescriptor> files = [];
        AddWithImports(TracerServiceReflection.Descriptor, files);
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            foreach (FileDescriptor file in files)
            {
                output.WriteTag(1, WireFormat.WireType.LengthDelimited); // FileDescriptorSet.file
                output.WriteBytes(file.SerializedData);
            }
        }

        return stream.ToArray();
    }

    private static void AddWithImports(FileDescriptor file, List<FileDescriptor> files)
    {
        foreach (FileDescriptor import in file.Dependencies)
            AddWithImports(import, files);
        if (!files.Contains(file))
            files.Add(file);
    }
}
