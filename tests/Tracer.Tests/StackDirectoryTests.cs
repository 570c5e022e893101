// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Stacks.Runtimes;
using Tracer.Tests.Fake;
using Tracer.Wire;

namespace Tracer.Tests;

public sealed class StackDirectoryTests
{
    [Fact]
    public void Kinds_of_code_have_one_numbering() => Assert.Equal(
        Enum.GetValues<FrameKind>().Select(kind => ((int)kind, kind.ToString())), Enum.GetValues<CodeKind>().Select(kind => ((int)kind, kind.ToString())));

    [Theory]
    [InlineData(TcpStackFlags.None, FrameKind.Stub, false)]
    [InlineData(TcpStackFlags.FpOnly, FrameKind.Native, true)]
    [InlineData(TcpStackFlags.NewProcess, FrameKind.Native, false)] // its files were known: nothing is missing
    [InlineData(TcpStackFlags.NewProcess, FrameKind.Stub, true)] // the loop of an interpreter, without what it runs
    public void A_stack_that_was_taken_too_early_says_so(TcpStackFlags flags, FrameKind kind, bool expected) =>
        Assert.Equal(expected, StackDirectory.MayMissFrames(flags, [new ResolvedFrame("f", "/bin/f", 0, 1, "", "", 0, kind)]));

    [Theory]
    [InlineData("GET", "/cart", "GET /cart")]
    [InlineData("", "/cart", "/cart")]
    [InlineData("GET", "", "")]
    [InlineData("G\e[2JT", "/\u0001", "G\ufffd[2JT /\ufffd")]
    public void What_the_kernel_says_of_a_stack_is_kept(string method, string path, string request)
    {
        using var symbolizer = new Symbolizer(new ProcfsRoot());
        var stacks = new StackDirectory(symbolizer);
        var header = new TcpStackHeader { StackId = 7, Pid = uint.MaxValue, End = TcpStackEnd.ReadFailed, Flags = TcpStackFlags.FpOnly };
        System.Text.Encoding.UTF8.GetBytes(method).CopyTo(MemoryMarshal.AsBytes(new Span<WireRequestMethod>(ref header.RequestMethod)));
        System.Text.Encoding.UTF8.GetBytes(path).CopyTo(MemoryMarshal.AsBytes(new Span<WireRequestPath>(ref header.RequestPath)));
        stacks.Add(new RawStack(header, [0x1234], []));
        StackReport? stack = stacks.Find(7);
        Assert.NotNull(stack);
        Assert.Equal((TcpStackEnd.ReadFailed, true, false, request, null), (stack.End, stack.FpOnly, stack.Truncated, stack.Request, stack.UserFrame));
        Assert.Equal(0x1234ul, Assert.Single(stack.Frames).Address);
    }

    [Fact]
    public void Names_that_a_process_could_not_be_asked_for_yet_come_later_and_those_it_gave_stay()
    {
        var clock = new SteppingClock();
        var runtime = new BusyRuntime();
        using var runtimes = new RuntimeDirectory(new ProcfsRoot(), [runtime]);
        using var symbolizer = new Symbolizer(new ProcfsRoot(), runtimes: runtimes);
        var stacks = new StackDirectory(symbolizer, clock);
        Assert.Equal(Timeout.InfiniteTimeSpan, stacks.NextImprovement);

        var self = (uint)Environment.ProcessId;
        new ProcessReader(new ProcfsRoot()).ReadStat(self, out ProcessStat stat);
        stacks.Add(new RawStack(new TcpStackHeader { StackId = 7, Pid = self, StartBoottimeNs = stat.StartBoottimeNs }, [BusyRuntime.Known, BusyRuntime.Young], []));
        Assert.Equal(["first", ""], Functions(stacks));
        Assert.Equal("busy", stacks.Find(7)!.Limitation);
        Assert.Equal(TimeSpan.FromSeconds(1), stacks.NextImprovement);

        // Too early: nothing is asked.
        stacks.Improve();
        Assert.Equal(1, runtime.Postponed);

        // Not yet: it is asked again, after a longer time.
        clock.Advance(TimeSpan.FromSeconds(1));
        stacks.Improve();
        Assert.Equal((2, TimeSpan.FromSeconds(2)), (runtime.Postponed, stacks.NextImprovement));

        runtime.IsFree = true;
        clock.Advance(TimeSpan.FromSeconds(2));
        stacks.Improve();
        Assert.Equal(["first", "young"], Functions(stacks));
        Assert.Equal(("", Timeout.InfiniteTimeSpan), (stacks.Find(7)!.Limitation, stacks.NextImprovement));
    }

    private static string[] Functions(StackDirectory stacks) => [.. stacks.Find(7)!.Frames.Select(frame => frame.Function)];
}
