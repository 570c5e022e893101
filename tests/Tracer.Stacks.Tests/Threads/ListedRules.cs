// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Threads;
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Tests.Threads;

/// <summary>One rule for each page of code that is mapped.</summary>
internal sealed class ListedRules : ICodeRules
{
    private readonly Dictionary<ulong, (UnwindRow Row, bool IsGuess)> _pages = [];

    internal void Add(ulong page, UnwindRowKind kind, short cfaWords = 0, byte savedFp = 0, bool isGuess = false) =>
        _pages[page] = (new UnwindRow(0, kind, savedFp, cfaWords), isGuess);

    public bool TryFind(ulong address, out UnwindRow row, out bool isGuess)
    {
        bool isFound = _pages.TryGetValue(address & ~0xffful, out var page);
        (row, isGuess) = page;
        return isFound;
    }
}
