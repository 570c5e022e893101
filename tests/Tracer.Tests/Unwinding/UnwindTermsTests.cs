// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Unwind;
using Tracer.Wire;

namespace Tracer.Tests.Unwinding;

/// <summary>Tracer.Stacks may not know Tracer.Wire: where both state a fact, they are compared here.</summary>
public sealed class UnwindTermsTests
{
    [Fact]
    public void Kinds_of_rules_have_one_numbering() => Assert.Equal(
        Enum.GetValues<UnwindRowKind>().Select(kind => ((int)kind, kind == UnwindRowKind.None ? nameof(TcpUnwindKind.Unknown) : kind.ToString())),
        Enum.GetValues<TcpUnwindKind>().Select(kind => ((int)kind, kind.ToString())));

    [Fact]
    public void Roots_of_interpreters_have_one_numbering() => Assert.Equal(
        Enum.GetValues<InterpreterRoot>().Select(root => ((int)root, root == InterpreterRoot.None ? nameof(TcpInterpreterRoot.Unknown) : root.ToString())),
        Enum.GetValues<TcpInterpreterRoot>().Select(root => ((int)root, root.ToString())));

    [Fact]
    public void A_row_is_as_large_on_both_sides() => Assert.Equal(Unsafe.SizeOf<TcpUnwindRow>(), Unsafe.SizeOf<UnwindRow>());
}
