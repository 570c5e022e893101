// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Attribution;

/// <summary>What to say of a verdict on one socket.</summary>
public static class VerdictTexts
{
    /// <summary>The reasons for the verdict, strongest first; then what is not known.</summary>
    public static IReadOnlyList<Evidence> Explain(in TrackedSocket socket, INameSource names, ulong nowKtimeNs) => [];

    /// <summary>What to do, best first.</summary>
    public static IReadOnlyList<string> Advise(in TrackedSocket socket, INameSource names) => [];

    /// <summary>The innocent reading.</summary>
    public static string HarmlessWhen(Verdict verdict) => "";
}
