// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Elf;
using Tracer.Stacks.Go;
using Tracer.Stacks.Tests.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Go;

/// <summary>Hand-made tables in the layouts of versions that Debian does not have.</summary>
public sealed class GoFormatTests
{
    [Theory]
    [InlineData(0xfffffffau, true, 38)] // 1.16
    [InlineData(0xfffffff0u, true, 38)] // 1.18
    [InlineData(0xfffffff1u, true, 40)] // 1.20
    [InlineData(0xfffffff1u, false, 40)] // 1.26
    [InlineData(0xfffffff1u, false, 43)] // with fields before it that nobody knows yet
    public void Lines_and_inlined_calls_are_found_in_each_layout(uint magic, bool hasTextStart, int functionDataWord)
    {
        byte[] image = GoImage.Build(magic, hasTextStart, functionDataWord);
        AssertFrames(image, GoImage.Caller, GoImage.Caller, Frame("main.caller", "caller.go", 10));
        AssertFrames(image, GoImage.Caller + 63, GoImage.Caller, Frame("main.caller", "caller.go", 12));
        AssertFrames(image, GoImage.Caller + 64, GoImage.Caller, Frame("main.leaf", "leaf.go", 5) with { IsInlined = true }, Frame("main.caller", "caller.go", 12));
        AssertFrames(image, GoImage.Caller + 127, GoImage.Caller, Frame("main.leaf", "leaf.go", 5) with { IsInlined = true }, Frame("main.caller", "caller.go", 12));
        AssertFrames(image, GoImage.Caller + 255, GoImage.Caller, Frame("main.caller", "caller.go", 13));
        AssertFrames(image, GoImage.Next, GoImage.Next, Frame("main.next", "", 0) with { Kind = FrameKind.Native });
    }

    [Fact]
    public void Lines_are_found_in_the_layout_before_1_16()
    {
        byte[] image = GoImage.Build(0xfffffffb);
        AssertFrames(image, GoImage.Caller + 33, GoImage.Caller, Frame("main.caller", "caller.go", 12));
        AssertFrames(image, GoImage.Caller + 64, GoImage.Caller, Frame("main.caller", "leaf.go", 5));
        AssertFrames(image, GoImage.Next + 255, GoImage.Next, Frame("main.next", "", 0) with { Kind = FrameKind.Native });
    }

    [Fact]
    public void Inline_tree_that_does_not_point_to_names_is_left_out()
    {
        // As if the pointer were to something else.
        byte[] image = GoImage.Build(0xfffffff0, functionDataWord: 37);
        AssertFrames(image, GoImage.Caller + 64, GoImage.Caller, Frame("main.caller", "leaf.go", 5));
    }

    [Fact]
    public void Addresses_around_the_functions_have_no_name()
    {
        using ElfFile file = ElfImages.Open(GoImage.Build(0xfffffff1, functionDataWord: 40));
        GoSymbols symbols = GoSymbols.Open(file)!;
        foreach (ulong address in (ulong[])[0, GoImage.Caller - 1, GoImage.Next + 256, ulong.MaxValue])
            Assert.False(symbols.TryFind(address, [], out _));
    }

    private static CodeFrame Frame(string function, string file, uint line) => new(function, file, line, FrameKind.Go);

    private static void AssertFrames(byte[] image, ulong address, ulong start, params CodeFrame[] expected)
    {
        using ElfFile file = ElfImages.Open(image);
        GoSymbols? symbols = GoSymbols.Open(file);
        Assert.NotNull(symbols);
        var frames = new List<CodeFrame>();
        Assert.True(symbols.TryFind(address, frames, out ulong found));
        Assert.Equal(start, found);
        Assert.Equal(expected, frames);
    }
}
