// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Procfs;
using Xunit;

namespace Tracer.Linux.Tests.Procfs;

public sealed class QuitSignalTests
{
    [Theory]
    [InlineData("Name:\tjava\nSigCgt:\t0000000000000004\n", true)]
    [InlineData("SigCgt:\tfffffffffffffffb\n", false)]
    [InlineData("SigIgn:\t0000000000000004\nSigCgt:\t0000000000000000\n", false)]
    [InlineData("SigCgt:\tx\n", false)]
    [InlineData("", false)]
    public void The_mask_of_caught_signals_decides(string status, bool isCaught) =>
        Assert.Equal(isCaught, QuitSignal.IsCaughtIn(System.Text.Encoding.ASCII.GetBytes(status)));

    [Fact]
    public void A_process_that_would_die_is_spared()
    {
        using Process process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        try
        {
            using QuitSignal signal = QuitSignal.Open(new ProcfsRoot(), (uint)process.Id)!;
            Assert.False(signal.TrySend());
        }
        finally
        {
            process.StandardInput.Close();
            process.WaitForExit();
        }

        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_process_that_catches_it_gets_it()
    {
        var start = new ProcessStartInfo("sh", ["-c", "trap 'echo caught; exit 0' QUIT; echo up; read line"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Assert.Equal("up", process.StandardOutput.ReadLine());
        using QuitSignal signal = QuitSignal.Open(new ProcfsRoot(), (uint)process.Id)!;
        Assert.True(signal.TrySend());
        Assert.Equal("caught", process.StandardOutput.ReadLine());
        process.StandardInput.Close();
        process.WaitForExit();
    }

    [Fact]
    public void A_process_that_is_not_there_has_none() => Assert.Null(QuitSignal.Open(new ProcfsRoot(), int.MaxValue));
}
