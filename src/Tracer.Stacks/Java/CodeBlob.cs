// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>One piece of code in the code cache.</summary>
/// <param name="Begin">Where the blob's own structure begins.</param>
/// <param name="NextBegin">Where the blob of the following block begins, if there is one.</param>
/// <param name="CodeBegin">First instruction.</param>
/// <param name="CodeEnd">Behind the last instruction.</param>
/// <param name="FrameWords">Size of its frame with the return address, in words; 0: not fixed.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Name">Address of its name.</param>
/// <param name="Method">The Method that was compiled; 0 for others.</param>
/// <param name="CompileId">Number of the compilation.</param>
internal readonly record struct CodeBlob(
    ulong Begin, ulong NextBegin, ulong CodeBegin, ulong CodeEnd, int FrameWords, CodeBlobKind Kind, ulong Name, ulong Method, int CompileId)
{
    internal bool Contains(ulong address) => address >= CodeBegin && address < CodeEnd;
}
