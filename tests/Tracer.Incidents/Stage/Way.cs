// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Incidents.Stage;

/// <summary>How somebody meets an incident.</summary>
public enum Way
{
    /// <summary>A daemon has run since before it happened.</summary>
    WithDaemon,

    /// <summary>Nothing of closewait ran when it happened.</summary>
    OnBareHost,
}
