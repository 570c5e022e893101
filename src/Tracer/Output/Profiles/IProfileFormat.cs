// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Profiles;

/// <summary>A file format for stacks.</summary>
internal interface IProfileFormat
{
    /// <summary>It may not go to a terminal.</summary>
    bool IsBinary { get; }

    void Write(StackProfile profile, ProfileView view, Stream output);
}
