// SPDX-License-Identifier: Apache-2.0
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Identity of a process; a reused pid has another start time. Both 0: not known.</summary>
public readonly record struct ProcessKey(uint Pid, ulong StartBoottimeNs)
{
    public bool IsKnown => Pid != 0;

    public static ProcessKey Of(in TcpActor actor) => new(actor.Pid, actor.StartBoottimeNs);
}
