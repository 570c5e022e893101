// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Api.Filters;

/// <summary>Tells the state changes a watcher asked for. Immutable, evaluated without allocation, from any thread.</summary>
internal sealed class TransitionPredicate(FilterTerms terms, IFactSource facts)
{
    /// <summary>Bit N: changes to state N may match.</summary>
    public uint StateMask { get; } = terms.StateMask == 0 ? TransitionInterest.AllStates : terms.StateMask;

    /// <summary>What the kernel has to let through.</summary>
    public TransitionInterest Interest { get; } = new(
        terms.StateMask == 0 ? TransitionInterest.AllStates : terms.StateMask,
        terms.Pids, terms.LocalPorts, terms.RemotePorts, terms.AnyPorts, terms.Netns, terms.Families, terms.Cgroups.Roots);

    public bool MatchesEverything { get; } =
        terms.AcceptsEveryConnection && terms.Pids.Length == 0 && terms.Comms.IsEmpty && terms.Cgroups.IsEmpty;

    public bool Matches(in TcpEvent tcpEvent) =>
        terms.AcceptsConnection(in tcpEvent, tcpEvent.NewState, tcpEvent.Direction)
        && AcceptsOwner(in tcpEvent)
        && (terms.Cgroups.IsEmpty || terms.Cgroups.Contains(facts.FindCgroup(tcpEvent.CgroupId)));

    private bool AcceptsOwner(in TcpEvent tcpEvent)
    {
        if (terms.Pids.Length == 0 && terms.Comms.IsEmpty)
            return true;
        return tcpEvent.OwnerSource != TcpOwnerSource.Unknown
            && (terms.Pids.Length == 0 || terms.Pids.AsSpan().Contains(tcpEvent.Owner.Pid))
            && (terms.Comms.IsEmpty || terms.Comms.Contains(in tcpEvent.Owner.Comm));
    }
}
