// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>How an inspection ended. Numbered as in closewait.v1.</summary>
public enum ThreadInspectionStatus
{
    None = 0,
    Ok = 1,
    NoProcess = 2,
    NotPermitted = 3,
    Failed = 4,
}
