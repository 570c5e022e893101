// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Inspection;

/// <summary>A way to learn where threads are without stopping them. One caller at a time.</summary>
public interface IThreadPlaces
{
    /// <summary>Where these threads of a process are; those that are gone, or give no answer, are missing. Null: this way does not work now.</summary>
    Dictionary<uint, ThreadPlace>? Read(uint pid, IReadOnlySet<uint> tids);
}
