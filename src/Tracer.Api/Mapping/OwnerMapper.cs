// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Proto = CloseWait.V1;

namespace Tracer.Api.Mapping;

/// <summary>Services and their processes as messages.</summary>
internal sealed class OwnerMapper(IFactSource facts)
{
    private const int MaxProcesses = 64;

    public Proto.Owner ToOwner(Owner owner) => new()
    {
        Comm = owner.Comm,
        Exe = owner.Exe,
        Unit = owner.Unit,
        ContainerId = owner.ContainerId,
        Cgroup = owner.Cgroup,
        Processes = { owner.Processes.Take(MaxProcesses).Select(ToProcess) },
        ProcessCount = (uint)owner.Processes.Count,
    };

    private Proto.OwnerProcess ToProcess(OwnerProcess process)
    {
        Proto.OwnerProcess message = new()
        {
            Pid = process.Process.Pid,
            Comm = process.Comm,
            Cmdline = process.Cmdline,
            Sockets = process.Sockets,
        };
        if (process.Process.StartBoottimeNs != 0)
            message.StartTime = ProtoTime.ToTimestamp(facts.BootToWallClock(process.Process.StartBoottimeNs));
        return message;
    }
}
