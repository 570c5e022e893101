// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Attribution.Findings.Origins;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Which service answers for a socket: the listener's for one that was never accepted, else who holds it, else who opened it.</summary>
internal sealed class OwnerRules(INameSource names)
{
    private readonly Dictionary<ProcessKey, ProcessKey> _groups = [];

    public ProcessKey OwnerOf(in TrackedSocket socket, OriginSite origin)
    {
        if (socket.Verdict == Verdict.NeverAccepted)
            return GroupOf(OriginRules.ServerOf(in socket));
        if (socket.Holders.AsSpan().IsEmpty)
            return origin.Group;
        // A child that inherited it is not its owner while the one who uses it has it too.
        ProcessKey user = ProcessKey.Of(in HolderRules.UserOf(in socket));
        return GroupOf(user.IsKnown && TcpFacts.Holds(socket.Holders, user) ? user : OriginRules.FirstOf(socket.Holders));
    }

    public ProcessKey GroupOf(ProcessKey process)
    {
        if (!process.IsKnown)
            return process;
        ref ProcessKey group = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, process, out bool exists);
        if (!exists)
            group = names.FindProcess(process)?.Group ?? process;
        return group;
    }
}
