// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux;

/// <summary>Capability numbers that the tracer asks about.</summary>
public enum LinuxCapability
{
    DacOverride = 1,
    DacReadSearch = 2,
    NetAdmin = 12,
    SysPtrace = 19,
    SysAdmin = 21,
    SysResource = 24,
    Perfmon = 38,
    Bpf = 39,
    CheckpointRestore = 40,
}
