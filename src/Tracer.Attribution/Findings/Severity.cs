// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution.Findings;

/// <summary>How much a finding hurts, and how soon. Numbered as in closewait.v1.</summary>
public enum Severity
{
    None = 0,
    Harmless = 1,
    Notice = 2,
    Warning = 3,
    Critical = 4,
}
