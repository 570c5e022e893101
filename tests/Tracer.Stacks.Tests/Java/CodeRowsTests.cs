// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Java;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Java;

public sealed class CodeRowsTests
{
    private const ulong Low = 0x7f00_0000_0000;

    [Fact]
    public void Neighbours_with_frames_of_one_size_share_a_rule()
    {
        GeneratedCode code = Build(
            Blob(0x000, 0x100, CodeBlobKind.Method, 4), Blob(0x100, 0x200, CodeBlobKind.Method, 4), Blob(0x200, 0x300, CodeBlobKind.Method, 6),
            Blob(0x400, 0x500, CodeBlobKind.Interpreter, 0), Blob(0x500, 0x600, CodeBlobKind.Stub, 0), Blob(0x600, 0x700, CodeBlobKind.Stub, 70_000));
        Assert.Equal(
            [
                new UnwindRow(0, UnwindRowKind.None, 0, 0),
                new UnwindRow(0x40, UnwindRowKind.StackPointer, 2, 4),
                new UnwindRow(0x240, UnwindRowKind.StackPointer, 2, 6),
                new UnwindRow(0x2f0, UnwindRowKind.None, 0, 0),
                new UnwindRow(0x440, UnwindRowKind.JavaInterpreter, 0, -8),
                new UnwindRow(0x540, UnwindRowKind.FramePointer, 2, 2),
                new UnwindRow(0x6f0, UnwindRowKind.None, 0, 0),
            ],
            code.Rows);
        Assert.Equal((Low, Low + 0x1000), (code.Base, code.End));
    }

    [Fact]
    public void Of_two_blobs_in_one_place_one_stays()
    {
        var index = new CodeIndex(Low, Low + 0x1000, [Blob(0x100, 0x300, CodeBlobKind.Method, 4), Blob(0x200, 0x400, CodeBlobKind.Method, 6)]);
        Assert.Equal(1, index.Blobs.Length);
        Assert.True(index.TryFind(Low + 0x140, out CodeBlob found));
        Assert.Equal(4, found.FrameWords);
        Assert.False(index.TryFind(Low + 0x13f, out _));
        Assert.False(index.TryFind(Low + 0x2f0, out _));
    }

    [Fact]
    public void Without_code_there_are_no_rules() => Assert.Null(CodeRows.Build(CodeIndex.Empty));

    private static GeneratedCode Build(params CodeBlob[] blobs) => CodeRows.Build(new CodeIndex(Low, Low + 0x1000, [.. blobs]))!;

    private static CodeBlob Blob(ulong begin, ulong end, CodeBlobKind kind, int frameWords) =>
        new(Low + begin, Low + end, Low + begin + 0x40, Low + end - 0x10, frameWords, kind, 0, 0, 0);
}
