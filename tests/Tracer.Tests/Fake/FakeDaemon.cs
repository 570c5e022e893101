// SPDX-License-Identifier: Apache-2.0
using Tracer.Commands;
using Tracer.Daemon;
using Tracer.Output;

namespace Tracer.Tests.Fake;

/// <summary>What <c>closewait run</c> does in a process of its own when no kernel is to be touched.</summary>
internal static class FakeDaemon
{
    /// <summary>Set to make it misbehave: <c>refuse</c>, <c>deaf</c> or <c>mute</c>.</summary>
    public const string MoodVariable = "CLOSEWAIT_TEST_DAEMON_MOOD";

    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken stop)
    {
        string? mood = Environment.GetEnvironmentVariable(MoodVariable);
        if (mood == "refuse")
        {
            await Console.Error.WriteLineAsync("closewait: this kernel has no type information");
            return ExitCode.KernelUnsupported;
        }
        if (mood == "mute")
        {
            await WaitAsync(stop);
            return ExitCode.Ok;
        }
        FakeService service = new FakeService { Sockets = [Samples.PooledConnection()], Findings = FindingSamples.Answer(FindingSamples.EofNotRead()) }
            .Say(Samples.Started(), Samples.Changes(Samples.Connected()));
        await using FakeHost host = await FakeHost.StartAtAsync(service, options.SocketPath);
        await WaitAsync(mood == "deaf" ? CancellationToken.None : stop);
        return ExitCode.Ok;
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }
}
