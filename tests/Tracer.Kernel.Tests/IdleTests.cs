// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>What a daemon does that nobody has connected to, and that follows no socket.</summary>
public sealed class IdleTests : KernelTest
{
    private const int Programs = 20;
    private const string NoNamespace = "4026539999"; // no inode of one: sockets of others are none of its business

    [Fact]
    public async Task The_server_behind_the_socket_sleeps_and_a_new_program_wakes_the_reader_once()
    {
        await using Daemon daemon = Daemon.LaunchAlone("--netns", NoNamespace);
        await Deadline.Until("the daemon is ready", () => daemon.Process.Errors.Any(line => line.Contains(" ready ", StringComparison.Ordinal)));
        Assert.DoesNotContain("Kestrel Timer", Threads(daemon.Pid).Select(Name));
        string pump = Threads(daemon.Pid).Order(StringComparer.Ordinal).First(thread => Name(thread) == "pump"); // one that it begins has its name at first
        await Deadline.Until("the first scan is over", () => IsAtRest(pump));
        (double forks, double wakes) = (Forks(), Wakes(pump));
        for (int i = 0; i < Programs; i++)
        {
            await Command.Run("true");
            await Task.Delay(20, TestContext.Current.CancellationToken); // or one wake-up serves two
        }
        (forks, wakes) = (Forks() - forks, Wakes(pump) - wakes);
        // Of others' programs, which the kernel counts as well, some are forks that begin nothing.
        Assert.InRange(wakes / forks, 0, 1.5);
    }

    private static async Task<string?> IsAtRest(string thread)
    {
        (double forks, double wakes) = (Forks(), Wakes(thread));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        return Wakes(thread) - wakes <= 2 + Forks() - forks ? "at rest" : null; // others may begin programs all the time
    }

    private static string[] Threads(int pid) => Directory.GetDirectories($"/proc/{pid}/task");

    private static string Name(string thread)
    {
        try
        {
            return File.ReadAllText($"{thread}/comm").Trim();
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }

    private static double Wakes(string thread) => Number($"{thread}/status", "voluntary_ctxt_switches:");

    private static double Forks() => Number("/proc/stat", "processes ");

    private static double Number(string path, string name) =>
        double.Parse(File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..], CultureInfo.InvariantCulture);
}
