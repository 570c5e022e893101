// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Runtimes;

/// <summary>Recognizes one kind of language runtime by what a process maps.</summary>
public interface IRuntimeDetector
{
    /// <summary>The runtime in a process; null when there is none of this kind. The process is borrowed for as long as the runtime lives.</summary>
    ILanguageRuntime? Detect(TargetProcess process);
}
