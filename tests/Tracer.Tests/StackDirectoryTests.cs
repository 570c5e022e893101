// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution;
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Wire;

namespace Tracer.Tests;

public sealed class StackDirectoryTests
{
    [Fact]
    public void Kinds_of_code_have_one_numbering() => Assert.Equal(
        Enum.GetValues<FrameKind>().Select(kind => ((int)kind, kind.ToString())), Enum.GetValues<CodeKind>().Select(kind => ((int)kind, kind.ToString())));

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
}
