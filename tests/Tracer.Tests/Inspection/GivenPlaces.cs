// SPDX-License-Identifier: Apache-2.0
using Tracer.Inspection;
using Tracer.Linux.Procfs;

namespace Tracer.Tests.Inspection;

/// <summary>What procfs says of registers, as a test wants it told.</summary>
internal sealed class GivenPlaces(Func<int, Dictionary<uint, ThreadPlace>, Dictionary<uint, ThreadPlace>?> change) : IThreadPlaces
{
    private readonly ProcfsPlaces _real = new(new ProcfsRoot());

    public int Looks { get; private set; }

    public Dictionary<uint, ThreadPlace>? Read(uint pid, IReadOnlySet<uint> tids) => change(++Looks, _real.Read(pid, tids)!);
}
