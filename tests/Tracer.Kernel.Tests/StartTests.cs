// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>The sockets are open before the kernel has taken the programs.</summary>
public sealed class StartTests : KernelTest
{
    private const int Attempts = 10; // on a busy machine a test may be late

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_comes_during_the_start_is_answered_when_it_is_over(bool hasLifeline)
    {
        bool cameEarly = false;
        for (int attempt = 0; attempt < Attempts && !cameEarly; attempt++)
        {
            await using Daemon daemon = hasLifeline ? Daemon.Launch() : Daemon.LaunchAlone();
            await Deadline.Until("the socket is there", () => File.Exists(daemon.SocketPath));
            Task<GetStatusResponse> call = daemon.Status();
            cameEarly = daemon.Process.Errors.Count == 0;
            Assert.NotEmpty((await call).Hooks);
            await Deadline.Until("it says that it is ready", () => daemon.Process.Errors.Any(line => line.Contains(" ready ", StringComparison.Ordinal)));
        }
        Assert.True(cameEarly, "the daemon was always ready before its socket was found");
    }

    [Fact]
    public async Task Status_counts_the_collection_after_the_tables_of_what_runs_already_were_loaded()
    {
        await using Daemon daemon = await Daemon.Start();
        Dictionary<string, ulong> counters = await Deadline.Until(
            "the tables are loaded", async () => await daemon.Counters() is { } now && now["unwind_preloaded"] == 1 ? now : null, TimeSpan.FromSeconds(60));
        Assert.InRange(counters["collections_gen2"], 1ul, counters["collections_gen0"]);
        Assert.True(counters["collection_pause_us"] > 0);
    }

    [Theory]
    [InlineData("--lifeline")]
    [InlineData("--max-sockets=1000")]
    public async Task A_start_that_fails_after_that_says_why_in_one_line_and_leaves_no_socket(string option)
    {
        using ScratchFolder folder = new();
        Command run = await Command.Run(Repository.Executable, "run", "--socket", folder.PathOf("s"), "--hooks", "task=nosuch", option);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("closewait: --hooks: 'task' has no rung 'nosuch'", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder.PathOf("s"))!));
    }
}
