// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;
using Xunit;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>Frame lists that were laid out by hand: function at 0, position at 8, caller at 16.</summary>
public sealed class InterpreterWalkTests
{
    private readonly WordMemory _memory = new();

    private static readonly InterpreterLayout ByAddress = new()
    {
        RootKind = InterpreterRoot.Address,
        Root = 0x100,
        FunctionOffset = 0,
        PositionOffset = 8,
        CallerOffset = 16,
    };

    [Fact]
    public void Frames_without_a_function_are_passed_over()
    {
        _memory[0x100] = 0x1000;
        Frame(0x1000, 0xf1, 0xb1, 0x2000);
        Frame(0x2000, 0, 0xb2, 0x3000);
        Frame(0x3000, 0xf3, 0xb3, 0);
        Assert.Equal([new InterpreterFrame(0xf1, 0xb1, 0), new InterpreterFrame(0xf3, 0xb3, 0)], Walk(ByAddress, out bool isCut));
        Assert.False(isCut);
    }

    [Fact]
    public void A_list_that_cannot_be_read_on_says_so()
    {
        _memory[0x100] = 0x1000;
        Frame(0x1000, 0xf1, 0xb1, 0x2000);
        Assert.Single(Walk(ByAddress, out bool isCut));
        Assert.True(isCut);
    }

    [Fact]
    public void A_ring_ends_at_the_bound()
    {
        _memory[0x100] = 0x1000;
        Frame(0x1000, 0xf1, 0xb1, 0x2000);
        Frame(0x2000, 0xf2, 0xb2, 0x1000);
        Assert.Equal(InterpreterWalk.MaxFrames, Walk(ByAddress, out bool isCut).Count);
        Assert.True(isCut);
    }

    [Fact]
    public void The_thread_pointer_and_hops_lead_to_the_newest_frame()
    {
        InterpreterLayout layout = ByAddress with { RootKind = InterpreterRoot.ThreadPointer, Root = 0x10, FirstHop = 8, SecondHop = 0 };
        (_memory[0x710], _memory[0x508], _memory[0x600]) = (0x500, 0x600, 0x1000);
        Frame(0x1000, 0xf1, 0xb1, 0);
        Assert.Single(Walk(layout, out _, threadPointer: 0x700));
        _memory[0x600] = 0;
        Assert.Empty(Walk(layout, out bool isCut, threadPointer: 0x700));
        Assert.False(isCut);
    }

    [Fact]
    public void A_thread_is_found_in_the_list_of_threads_or_not_at_all()
    {
        InterpreterLayout layout = ByAddress with { RootKind = InterpreterRoot.ThreadList, ThreadNextOffset = 0, ThreadIdOffset = 8, FirstHop = 16 };
        _memory[0x100] = 0x500;
        (_memory[0x500], _memory[0x508], _memory[0x510]) = (0x600, 0x7001, 0x1000);
        (_memory[0x600], _memory[0x608], _memory[0x610]) = (0x500, 0x7002, 0x2000); // a ring: the search is bounded
        Frame(0x1000, 0xf1, 0xb1, 0);
        Frame(0x2000, 0xf2, 0xb2, 0);
        Assert.Equal(0xf1ul, Assert.Single(Walk(layout, out _, threadPointer: 0x7001)).Function);
        Assert.Equal(0xf2ul, Assert.Single(Walk(layout, out _, threadPointer: 0x7002)).Function);
        Assert.Empty(Walk(layout, out _, threadPointer: 0x7003));
    }

    private List<InterpreterFrame> Walk(InterpreterLayout layout, out bool isCut, ulong threadPointer = 0) =>
        InterpreterWalk.Frames(_memory, layout, threadPointer, out isCut);

    private void Frame(ulong address, ulong function, ulong position, ulong caller) =>
        (_memory[address], _memory[address + 8], _memory[address + 16]) = (function, position, caller);
}
