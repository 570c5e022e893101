// SPDX-License-Identifier: Apache-2.0
using Tracer.Bench.Streaming;
using Tracer.Harness;

namespace Tracer.Bench.Experiments;

/// <summary>
/// How fast state changes leave for one client that does nothing with them, beside grpc-go servers: one sends the same bytes ready-made, the other makes them of
/// ready-made objects. Ours makes them of events.
/// </summary>
internal sealed class ClientStream : IExperiment
{
    private const double BytesPerMB = 1e6;
    private const string Libraries = "/usr/share/gocode"; // Debian's golang-google-grpc-dev

    private const string LikeTheDaemon = "DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=0"; // see Tracer.csproj

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LongestBuild = TimeSpan.FromMinutes(5);

    private static readonly Goal Ratio = Goal.AtLeast("stream", 1.0, "bytes/s to one client, encoded by our server / sent ready-made by grpc-go");
    private static readonly Goal Encoded = Goal.AtLeast("stream-encoded", 1.0, "the same / encoded by protobuf in a grpc-go server");
    private static readonly Goal Ours = Goal.Told("stream-rate", "messages of our server to one client", "MB/s");

    public IReadOnlyList<Goal> Goals => [Ratio, Encoded, Ours];

    public bool IsQuick => false;

    public async Task Run(Lab lab)
    {
        string program = await Build(lab);
        using ScratchFolder scratch = new();
        (string ours, string ready, string encoded, string message) = (scratch.PathOf("a"), scratch.PathOf("b"), scratch.PathOf("c"), scratch.PathOf("message"));
        await using Child server = Child.Start("env", LikeTheDaemon, Environment.ProcessPath!, StreamServer.Word, ours);
        await lab.Answer(server);
        await File.WriteAllBytesAsync(message, await RawReader.Sample(ours));
        lab.Ran("stream (grpc-go) on a unix socket");
        await using Child readyPeer = Child.Start(program, ready, message);
        await using Child encodingPeer = Child.Start(program, encoded, message, "encode");
        await lab.Answer(readyPeer);
        await lab.Answer(encodingPeer);
        await lab.Alternate("stream", async () =>
        {
            double before = await RawReader.Rate(ready, Time), first = await RawReader.Rate(ours, Time);
            double beside = await RawReader.Rate(encoded, Time);
            double second = await RawReader.Rate(ours, Time), after = await RawReader.Rate(ready, Time);
            lab.Add(Ratio, (first + second) / (before + after));
            lab.Add(Encoded, (first + second) / 2 / beside);
            lab.Add(Ours, (first + second) / 2 / BytesPerMB);
        });
    }

    private static async Task<string> Build(Lab lab)
    {
        string program = LoadPrograms.PathOf("stream"), source = Path.Combine(Repository.Root, "bench", "loads", "stream.go");
        lab.Say("the grpc-go server is compiled");
        Command result = await Command.Run(
            LongestBuild, "env", "GO111MODULE=off", $"GOPATH={Libraries}", "GOFLAGS=", "GOTOOLCHAIN=local", $"GOCACHE={LoadPrograms.PathOf("go-cache")}",
            "go", "build", "-o", program, source);
        return result.ExitCode == 0 ? program : throw new BenchException(6, "go build: " + result.Error.ReplaceLineEndings(" "));
    }
}
