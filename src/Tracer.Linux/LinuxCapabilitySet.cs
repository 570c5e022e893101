// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux;

/// <summary>A capability mask as in CapEff.</summary>
public readonly record struct LinuxCapabilitySet(ulong Mask)
{
    public bool Has(LinuxCapability capability) => (Mask & (1UL << (int)capability)) != 0;

    /// <summary>May load tracing programs: CAP_BPF with CAP_PERFMON (5.8+), or CAP_SYS_ADMIN, which implies both.</summary>
    public bool CanTrace => Has(LinuxCapability.SysAdmin) || (Has(LinuxCapability.Bpf) && Has(LinuxCapability.Perfmon));
}
