// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>Where the debug information of one compiled method is. The ends are the target's word, as the begins are.</summary>
internal readonly record struct ScopeParts(
    ulong DescriptorsBegin, ulong DescriptorsEnd, ulong ScopesBegin, ulong ScopesEnd, ulong MetadataBegin, ulong MetadataEnd);
