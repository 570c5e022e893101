// SPDX-License-Identifier: Apache-2.0
using Tracer.Stacks.Unwind;

namespace Tracer.Stacks.Threads;

/// <summary>From a code address to its unwind rule.</summary>
internal interface ICodeRules
{
    /// <summary>Finds the rule for an address.</summary>
    /// <param name="address">In the instruction that is of interest, not behind it.</param>
    /// <param name="row">Of kind None: there is none, a frame-pointer step it is.</param>
    /// <param name="isGuess">There may be rules, but they could not be read: that step may pass over callers.</param>
    /// <returns>False when no code is mapped there.</returns>
    bool TryFind(ulong address, out UnwindRow row, out bool isGuess);
}
